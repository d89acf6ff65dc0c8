"""Evidence: makes bundles that prove a procedure, publishes the transparency log, and (``verify``) checks both."""
