"""Puts the bundled models into the wheel before it is packed. How they are had is build_models' business."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ModelsHook(BuildHookInterface[Any]):
    """Runs before a wheel, editable or not, is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from build_models.fetch import PreparationError
        from build_models.prepare import WHAT_TO_DO, prepare_weights

        try:
            prepare_weights(Path(self.root))
        except PreparationError as error:
            # SystemExit and not an exception: pip and uv then show this sentence and no traceback.
            raise SystemExit(f"passerby's models could not be prepared: {error}. What to do: {WHAT_TO_DO}.") from None
        finally:
            sys.path.remove(self.root)
