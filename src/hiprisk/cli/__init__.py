"""hiprisk.cli"""
