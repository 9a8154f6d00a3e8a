"""hiprisk.validation"""
