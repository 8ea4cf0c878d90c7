"""The tasks that exist from the start, the lives they lead, and figures the documents show."""

from __future__ import annotations

from typing import Any

from vidconform.emulator.tasks import Known, Life, Step

# Times of the documents' examples are kept, so that a life passes through the very payloads they show.

QUERY_WHOLE: Life = (
    Step("pending", 0, 323),
    Step("queued", 0, 4_210),
    Step("processing", 45, 12_480),
    Step("processing", 80, 12_480),
    Step("completed", 100, 153_007),
)
QUERY_SHORT: Life = (QUERY_WHOLE[0], QUERY_WHOLE[2], QUERY_WHOLE[4])
QUERY_FAILED: Life = (*QUERY_WHOLE[:3], Step("failed", 45, 61_902))
QUERY_CANCELLED: Life = (*QUERY_WHOLE[:2], Step("cancelled", 0, 9_655))


def _query_sent(prompt: str) -> dict[str, Any]:
    asked = {"prompt": prompt, "model": "sora-2", "images": [], "aspect_ratio": "9:16"}
    return {"model": "sora-2", "size": "large", "input": asked}


OCTOPUSX_QUERY = (
    Known("sora-2:task_01k9008rhbefnt3rb1g9szxdwr", QUERY_WHOLE, 1762010621, _query_sent("make animate")),
    Known("sora-2:task_01k74ynm13exf9ha36zz7820hv", QUERY_SHORT, 1760029233, _query_sent("make animate")),
    Known("sora-2:task_01k900b670fa11edfa11edfa11", QUERY_FAILED, 1762010700, _query_sent("a tower falls")),
    Known("sora-2:task_01k900e7w0cance11edcance11", QUERY_CANCELLED, 1762010800, _query_sent("a dog waits")),
)

VIDEO_CREATED: Life = (
    Step("queued", 0, 0),
    Step("queued", 0, 0),
    Step("in_progress", 30, 8_000),
    Step("in_progress", 80, 8_000),
    Step("completed", 100, 90_000),
)
VIDEO_WHOLE: Life = VIDEO_CREATED[1:]
VIDEO_FAILED: Life = (*VIDEO_WHOLE[:2], Step("failed", 30, 61_000))
VIDEO_DEFAULTS: dict[str, Any] = {"model": "sora-2", "prompt": "", "seconds": "5", "size": "1280x720"}

OCTOPUSX_VIDEOS = (
    Known("video_abc123", VIDEO_WHOLE, 1735689600, VIDEO_DEFAULTS | {"prompt": "A paper airplane flies"}),
    Known("video_fa11ed00fa11ed00fa11ed00fa11ed00", VIDEO_FAILED, 1735689700, VIDEO_DEFAULTS),
)

GPTGE_WHOLE: Life = (*VIDEO_WHOLE[:3], Step("completed", 100, 72_000))
GPTGE_SENT = {"model": "sora-2", "seconds": "4", "size": "720x1280"}

GPTGE = (
    Known("video_68f082321ed08193a4eaf01376fa10bc0284bd663de64dc5", GPTGE_WHOLE, 1760592434, GPTGE_SENT),
    Known("video_68f08296fa11ed00fa11ed00fa11ed00fa11ed00fa11ed00", VIDEO_FAILED, 1760592534, GPTGE_SENT),
)

OPEAI_WHOLE: Life = (
    Step("NOT_START", 0, 0),
    Step("SUBMITTED", 0, 1_000),
    Step("QUEUED", 0, 2_000),
    Step("IN_PROGRESS", 40, 9_000),
    Step("SUCCESS", 100, 90_000),
)
OPEAI_FAILED: Life = (*OPEAI_WHOLE[:4], Step("FAILURE", 40, 50_000))
OPEAI_PROMPT = "Create a short high-definition tech-style video showing AI video generation capabilities."
OPEAI_SENT = {"model": "sora-2", "prompt": OPEAI_PROMPT, "size": "720x1280"}

OPEAI = (
    Known("video_690d9b52e2b081908a05ded32cbfc629", OPEAI_WHOLE, 1762499410, OPEAI_SENT),
    Known("video_690d9bb6fa11ed00fa11ed00fa11ed00", OPEAI_FAILED, 1762499510, OPEAI_SENT),
)

# The first example's status is 195 seconds younger than its task; the second is completed after 153.
CHAINHUB_WHOLE: Life = (
    Step("pending", 0, 1_142),
    Step("pending", 41, 1_142),
    Step("pending", 93, 1_142),
    Step("completed", 100, 153_000),
)
CHAINHUB_EXAMPLE: Life = (Step("pending", 93, 195_142), Step("completed", 100, 260_000))
CHAINHUB_FAILED: Life = (*CHAINHUB_WHOLE[:2], Step("failed", 41, 70_500))
CHAINHUB_SENT = {"prompt": "make animate", "model": "sora-2", "seconds": "10", "size": "1280x720"}
CHAINHUB_IMAGES = {
    "images": (
        "https://filesystem.site/cdn/20250612/VfgB5ubjInVt8sG6rzMppxnu7gEfde.png",
        "https://filesystem.site/cdn/20250612/998IGmUiM2koBGZM3UnZeImbPBNIUL.png",
    ),
    "media": ("media_01k6x15tnzezbst05sth2qgd8r", "media_01k6x15tzafwztz74t018v3enw"),
}

CHAINHUB = (
    Known("sora-2:task_01k81e7r1mf0qtvp3ett3mr4jm", CHAINHUB_WHOLE, 1760985079, CHAINHUB_SENT),
    Known(
        "sora-2:task_01k6x15vhrff09dkkqjrzwhm60",
        CHAINHUB_EXAMPLE,
        1759763426,
        CHAINHUB_SENT | CHAINHUB_IMAGES,
    ),
    Known("video_5c6a605a-30c0-4a6a-9dbd-d1d6cfdd9980", CHAINHUB_WHOLE[-1:], 1761622232, CHAINHUB_SENT),
    Known("sora-2:task_01k8mdy5b0fa11edfa11edfa11", CHAINHUB_FAILED, 1761622300, CHAINHUB_SENT),
)

PENDING_FIGURES: dict[str, Any] = {
    "type": "video_gen",
    "user": "user-a1sGDUIOXV32hNITe59LEkHa",
    "model": "sy_8",
    "title": "New Video",
    "width": 352,
    "height": 640,
    "n_frames": 450,
    "priority": 2,
    "operation": "simple_compose",
    "n_variants": 1,
    "needs_user_review": False,
    "num_unsafe_generations": 0,
}
PENDING_UNSET = (
    "seed",
    "sdedit",
    "actions",
    "guidance",
    "preset_id",
    "project_id",
    "request_id",
    "tracking_id",
    "remix_config",
    "interpolation",
    "is_storyboard",
    "organization_id",
    "queue_status_message",
    "progress_pos_in_queue",
    "estimated_queue_wait_time",
)
IMAGE_UNSET = ("preset_id", "crop_bounds", "cameo_file_id", "generation_id", "uploaded_file_id")
