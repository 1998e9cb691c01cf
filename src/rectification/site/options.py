"""The plugin's options in mkdocs.yml, and the settings they make."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import available_timezones

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.config.defaults import MkDocsConfig

from rectification.catalogue import language_of
from rectification.settings import Settings

NAME = "rectification"


class Options(Config):  # type: ignore[no-untyped-call]
    """What may stand below `- rectification:` in mkdocs.yml."""

    checklists_dir = c.Type(str, default="checklists")
    audience = c.Choice(("public", "internal"), default="public")
    search = c.Type(bool, default=True)
    offline = c.Type(bool, default=False)
    admin = c.Optional(c.Type(dict))
    timezone = c.Choice(sorted(available_timezones()), default="UTC")
    due_soon_days = c.Type(int, default=7)
    stalled_days = c.Type(int, default=30)
    rules = c.DictOfItems(c.Choice(("off", "warning", "error")), default={})


def settings_of(config: MkDocsConfig) -> Settings | None:
    """Return the settings of a site, or None where its mkdocs.yml does not list the plugin."""
    plugin = config.plugins.get(NAME)
    if plugin is None:
        return None
    options = plugin.config
    root = Path(config.config_file_path or "mkdocs.yml").resolve().parent
    language = config.theme.get("language") or config.theme.get("locale") or "en"
    return Settings(
        root=root,
        checklists=root / options.checklists_dir,
        language=language_of(str(language)),
        audience=options.audience,
        due_soon_days=options.due_soon_days,
        stalled_days=options.stalled_days,
        timezone=options.timezone,
        rules=dict(options.rules),
    )
