"""The transparency log (``docs/log.md``): a folder of C2SP tiles that only grows, and the witnesses that watch it."""
