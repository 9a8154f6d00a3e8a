"""hiprisk.sheet"""
