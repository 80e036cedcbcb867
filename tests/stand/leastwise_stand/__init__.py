"""A stand-in for the part of AWS that Leastwise talks to.

moto (third party) answers for IAM, S3, Lambda's control plane, CloudFormation, SSM documents and the rest.
This package is OURS: it adds to moto what Leastwise needs and moto lacks, each thing in a module of its own, and
takes its rules from the API reference. What it adds was never compared with the real services; see the README.
"""
