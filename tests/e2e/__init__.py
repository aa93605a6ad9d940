"""A real control plane, run by the tests. KWOK stands for the nodes: probes, images and volumes are not exercised."""
