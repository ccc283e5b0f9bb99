"""placeholder"""
advisor = dict(localisers=[], protectors=dict(), verifiers=dict())
