"""hiprisk.inference"""
