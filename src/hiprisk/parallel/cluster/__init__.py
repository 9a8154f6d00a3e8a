"""Work on a Dask cluster: the only importer of Dask.

What a cluster is given and gives back is sealed (`sealed`), so that no patient's value stands in
its logs; `work` sends it, asks for what was lost again, and keys results by their place.
"""
