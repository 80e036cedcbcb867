"""The enabled Regions, which moto does not know."""

from leastwise_stand.regions import REGIONS


def test_every_region_of_the_stand_is_enabled(stand):
    answer = stand.client("account").list_regions(MaxResults=50)
    assert {region["RegionName"] for region in answer["Regions"]} == set(REGIONS)
    assert "NextToken" not in answer
