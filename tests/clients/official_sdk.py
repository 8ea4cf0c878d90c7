"""The official SDK as its own documentation uses it; OPENAI_BASE_URL and OPENAI_API_KEY say where and who."""

import os

from openai import OpenAI

PAUSE = int(1000 * float(os.environ.get("VIDEO_POLL_SECONDS", "5")))

client = OpenAI()
video = client.videos.create_and_poll(
    model="sora-2", prompt="A cat on a skateboard", seconds="8", poll_interval_ms=PAUSE
)
print(video.status, video.progress)
client.videos.download_content(video.id).write_to_file("video.mp4")
