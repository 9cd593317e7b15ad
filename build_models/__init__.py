"""Gets the bundled detectors' weights at build time. Nothing here is part of the installed package."""
