"""The frame every service is bolted to: what two services need and no noun of the domain is in."""
