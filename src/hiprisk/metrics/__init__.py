"""hiprisk.metrics"""
