"""Puts the bundled models and the page into the wheel before it is packed. How they are made is build_models' and
build_page's business."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface[Any]):
    """Runs before a wheel, editable or not, is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from build_models.fetch import PreparationError
        from build_models.prepare import WHAT_TO_DO, prepare_weights
        from build_page.build import WHAT_TO_DO as WHAT_TO_DO_FOR_THE_PAGE
        from build_page.build import PageError, build_page

        try:
            prepare_weights(Path(self.root))
            build_page(Path(self.root))
        except PreparationError as error:
            # SystemExit and not an exception: pip and uv then show this sentence and no traceback.
            raise SystemExit(f"passerby's models could not be prepared: {error}. What to do: {WHAT_TO_DO}.") from None
        except PageError as error:
            raise SystemExit(
                f"passerby's page could not be built: {error}. What to do: {WHAT_TO_DO_FOR_THE_PAGE}."
            ) from None
        finally:
            sys.path.remove(self.root)
