"""The API as another process serves it on the same catalogue: python -m tests.unit.api.beside FOLDER PORT TOML"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import uvicorn

from tests.unit.api.conftest import House

if __name__ == "__main__":
    house = House(Path(sys.argv[1]), tomllib.loads(sys.argv[3]))
    uvicorn.run(house.app, host="127.0.0.1", port=int(sys.argv[2]), lifespan="off", log_level="error")
