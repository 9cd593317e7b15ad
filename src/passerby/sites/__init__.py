"""Where cameras are: sites with their floor plans, places on them or on a map, and the map's tiles."""

from passerby.sites.places import OnGround, OnPlan, Place, Places
from passerby.sites.plan_picture import PlanPicture, plan_picture
from passerby.sites.sites import Plan, Site, Sites
from passerby.sites.tiles import Tile, Tiles, TileSet

__all__ = [
    "OnGround", "OnPlan", "Place", "Places", "Plan", "PlanPicture", "Site", "Sites", "Tile", "TileSet", "Tiles",
    "plan_picture",
]  # fmt: skip
