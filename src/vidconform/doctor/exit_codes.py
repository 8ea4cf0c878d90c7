"""What `vidconform doctor` exits with, a code for each cause; the first problem in the order of the checks decides.

exit  cause
   0  well: nothing stands in the way; a remark is no problem
   4  configuration: a name, a file, an option, an address or a key needs mending
  10  the host name has no address
  11  no connection: refused, unreachable or lost
  12  TLS: the certificate does not verify, or there is no handshake
  13  no answer in time
  14  the key is refused
  15  the quota is used up
  16  the service limits requests, is down or under maintenance
  17  the clocks differ
  18  the model is not listed
  19  a task id is not known
  20  not the API: a page, anything that is no JSON, or a redirect to another address, at this one
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes by name; pytest's own are 0 to 5, and 6 is an incomplete run's."""

    OK = 0
    CONFIGURATION = 4
    DNS = 10
    CONNECTION = 11
    TLS = 12
    TIME_OUT = 13
    KEY = 14
    QUOTA = 15
    SERVICE = 16
    CLOCK = 17
    MODEL = 18
    TASK = 19
    NO_API = 20
