"""`make story`: play the story in the running system and tell it."""

import argparse
import sys
from pathlib import Path

from deploy.local import running
from deploy.local.layout import ROOT
from deploy.local.story import admission, award, organization
from deploy.local.story.asking import Gateway
from deploy.local.story.stage import Scene, Stage
from deploy.local.tokens import TokenSource

SCENES: list[Scene] = [*organization.SCENES, *admission.SCENES, *award.SCENES]


def main() -> int:
    """Tell it from the first scene to the last; what does not go as told is one line and exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.story", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".local", help="data folder of the stack (.local)"
    )
    state = running.read(parser.parse_args().data.absolute())
    if state is None:
        print("shuyuan: Shuyuan is not running: `make up` starts it.", file=sys.stderr)
        return 1
    stage = Stage(Gateway(state.gateway_url, TokenSource(state.issuer_url)))
    try:
        for number, scene in enumerate(SCENES, 1):
            print(f"{number:2}/{len(SCENES)} {scene.title}", flush=True)
            scene.play(stage)
    except AssertionError as error:
        print(f"shuyuan: the story stopped: {error}", file=sys.stderr)
        return 1
    finally:
        stage.gateway.close()
    print(f"The story is told: {len(stage.gateway.event_ids)} writes, each with its event.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
