"""The demonstration university: synthetic people in the real structure of the article, from a seeded generator.

It is loaded through the gateway only. No person of the article is in it, and nobody who exists.
"""

from deploy.local.demo.load import load

__all__ = ["load"]
