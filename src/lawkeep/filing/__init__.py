"""Website filing: genuine filings, the domains behind them, and network access.

Answers whether a site may be given access and what must follow when a filing turns out false.
"""
