"""How the bridge is found and spoken to: requests, pages, live events, files up and down."""
