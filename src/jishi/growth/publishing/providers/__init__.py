"""Where figures of platforms come from."""

from jishi.growth.publishing.providers.folder import Folder

__all__ = ["Folder"]
