"""Products: releases, security assessments, and vulnerabilities from knowledge to fix."""
