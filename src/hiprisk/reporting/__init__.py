"""hiprisk.reporting"""
