"""Builds the page (web/) into the package at build time. Nothing here is part of the installed package."""
