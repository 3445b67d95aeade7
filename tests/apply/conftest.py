from tests.toy import lab, serve_toy, toy_source

__all__ = ["lab", "serve_toy", "toy_source"]
