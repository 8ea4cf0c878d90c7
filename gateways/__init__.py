"""Real gateways: third-party software, installed, started, judged and recorded on one machine.

`python -m gateways litellm==1.106.2`; a gateway is a NAME.toml here and a folder specs/NAME. Not part of the wheel.
"""
