"""hiprisk.serving"""
