"""Networks against networkx on small graphs, and what must hold on any graph."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from jishi.insight.networks import bridges, circles, communities, graph, influence, ties


def random_graph(size: int = 60, links: int = 240, seed: int = 0) -> graph.Graph:
    chance = np.random.default_rng(seed)
    weights = chance.integers(1, 6, links)
    return graph.build(size, chance.integers(0, size, links), chance.integers(0, size, links), weights)


def directed(made: graph.Graph) -> nx.DiGraph:
    peer = nx.DiGraph()
    peer.add_nodes_from(range(made.size))
    table = made.links.tocoo()
    peer.add_weighted_edges_from(
        zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
    )
    return peer


def undirected(made: graph.Graph) -> nx.Graph:
    table = made.mutual.tocoo()
    peer = nx.Graph()
    peer.add_nodes_from(range(made.size))
    peer.add_weighted_edges_from(
        zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
    )
    return peer


def test_pagerank_equals_networkx() -> None:
    made = random_graph(80, 150)  # some people link to nobody

    found = influence.pagerank(made, tolerance=1e-12)

    expected = nx.pagerank(directed(made), tol=1e-12, max_iter=500)
    assert found == pytest.approx([expected[n] for n in range(80)], abs=1e-8)


def test_pagerank_can_lean_toward_some() -> None:
    made = random_graph()
    toward = np.zeros(60)
    toward[:5] = 1

    found = influence.pagerank(made, toward=toward, tolerance=1e-12)

    want = nx.pagerank(
        directed(made), personalization={n: float(toward[n]) for n in range(60)}, tol=1e-12, max_iter=500
    )
    assert found == pytest.approx([want[n] for n in range(60)], abs=1e-8)


def test_betweenness_of_every_start_equals_networkx() -> None:
    made = random_graph(50, 90)

    found = bridges.betweenness(made, samples=50)

    expected = nx.betweenness_centrality(undirected(made))
    assert found == pytest.approx([expected[n] for n in range(50)], abs=1e-9)


def test_circles_of_kept_ties_are_as_good_as_networkx() -> None:
    for seed in range(8):
        peer = nx.connected_caveman_graph(4, 6)
        chance = np.random.default_rng(seed)
        close = [(one, other, int(chance.integers(300, 1000))) for one, other in peer.edges]
        peer.add_weighted_edges_from(close)

        found = circles.find(list(peer), close[::-1])

        want = nx.community.greedy_modularity_communities(peer, weight="weight")
        reached = nx.community.modularity(peer, found, weight="weight")
        assert reached == pytest.approx(nx.community.modularity(peer, want, weight="weight"), abs=1e-9)
        assert sorted(one for members in found for one in members) == sorted(peer)
        assert circles.find(list(peer)[::-1], close) == found
    assert circles.find([5, 3], []) == ((3,), (5,))


def test_sampled_betweenness_finds_the_bridge() -> None:
    one, two = nx.complete_graph(30), nx.complete_graph(range(30, 60))
    peer = nx.compose(one, two)
    peer.add_edges_from([(0, 60), (60, 30)])
    start, end = np.array(peer.edges).T
    made = graph.build(61, start, end)

    found = bridges.betweenness(made, samples=20, seed=1)

    assert int(np.argmax(found)) in {0, 30, 60}
    assert found[60] == pytest.approx(nx.betweenness_centrality(peer)[60], abs=0.2)
    of = communities.find(made).of
    assert bridges.spread(made, of)[60] == pytest.approx(0.5)
    assert bridges.spread(made, of)[5] == 0


@pytest.mark.parametrize("seed", range(4))
def test_modularity_equals_networkx_and_communities_are_as_good_as_theirs(seed: int) -> None:
    made = random_graph(120, 400, seed)
    peer = undirected(made)

    found = communities.find(made, seed=seed)

    groups = [set(np.flatnonzero(found.of == n).tolist()) for n in range(len(found.sizes))]
    assert found.modularity == pytest.approx(nx.community.modularity(peer, groups), abs=1e-6)
    best = nx.community.modularity(peer, nx.community.louvain_communities(peer, seed=seed))
    assert found.modularity >= best - 0.02
    assert all(nx.is_connected(peer.subgraph(group)) for group in groups)
    assert (np.diff(found.sizes) <= 0).all()


def test_planted_communities_are_found_whatever_the_seed() -> None:
    peer = nx.planted_partition_graph(6, 30, 0.4, 0.01, seed=2)
    start, end = np.array(peer.edges).T
    made = graph.build(180, start, end)

    for seed in range(3):
        found = communities.find(made, seed=seed)
        assert sorted(found.sizes.tolist()) == [30] * 6
        assert all(len(set(found.of[n : n + 30])) == 1 for n in range(0, 180, 30))


def test_the_same_seed_gives_the_same_communities_on_any_number_of_cores(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = random_graph(200, 900)

    alone = communities.find(made, seed=3).of
    monkeypatch.setattr(communities, "PORTION", 16)
    shared = communities.find(made, seed=3, cores=2).of

    assert (alone == shared).all()


def test_a_graph_without_links_is_everybody_alone() -> None:
    made = graph.build(4, np.zeros(0, np.int64), np.zeros(0, np.int64))

    assert communities.find(made).of.tolist() == [0, 1, 2, 3]
    assert influence.pagerank(made) == pytest.approx([0.25] * 4)
    assert bridges.betweenness(made).tolist() == [0.0] * 4


def test_cascades_reach_everybody_below() -> None:
    parent = np.array([-1, 0, 0, 1, 3, -1])

    found = influence.cascade(parent, fading=0.5)

    assert found.below.tolist() == [4, 2, 0, 1, 0, 0]
    assert found.depth.tolist() == [3, 2, 0, 1, 0, 0]
    assert found.faded.tolist() == [0.5 * 2 + 0.25 + 0.125, 0.75, 0.0, 0.5, 0.0, 0.0]
    with pytest.raises(ValueError, match="circle"):
        influence.cascade(np.array([1, 0]))


def test_a_chain_of_ones_own_shares_counts_once() -> None:
    person = np.array([7, 7, 1])
    parent = np.array([-1, 0, 1])

    reach = influence.reach_of_people(person, parent, people=8)

    assert reach[7] == 0.75 and reach[1] == 0.0


def test_ties_grow_with_contact_mutuality_and_shared_friends() -> None:
    start = np.array([0, 1, 0, 0, 2, 3, 4])
    end = np.array([1, 0, 2, 3, 1, 1, 0])
    made = graph.build(5, start, end)
    contacts = ties.Contacts(np.array([0, 0]), np.array([1, 2]), np.array([100, 90]), np.array([5.0, 1.0]))

    found = ties.strengths(made, contacts)

    assert found[0, 1] > found[0, 2] > found[4, 0]
    assert found.data.min() >= 0 and found.data.max() <= 1
    shared = {(a, b): score for a, b, score in nx.adamic_adar_index(undirected(made), [(0, 1), (0, 2)])}
    only = ties._shared(made, np.array([0, 0]), np.array([1, 2]))
    assert only[1] / only[0] == pytest.approx(shared[0, 2] / shared[0, 1])
    nobody = np.array([], dtype=int)
    assert ties.strengths(graph.build(3, nobody, nobody), contacts).nnz == 0


def test_circles_are_the_groups_around_somebody() -> None:
    peer = nx.compose(nx.complete_graph(range(1, 6)), nx.complete_graph(range(6, 10)))
    peer.add_edges_from((0, n) for n in range(1, 10))
    start, end = np.array(peer.edges).T

    found = ties.circles(graph.build(10, start, end), 0)

    assert found == [[1, 2, 3, 4, 5], [6, 7, 8, 9]]


def test_affinity_needs_more_than_one_click_and_hears_friends() -> None:
    person = np.array([0] * 10 + [1] + [2] * 10)
    topic = np.array([0] * 10 + [0] + [1] * 10)
    alone = ties.affinities(person, topic, people=4, topics=2)
    heard = ties.affinities(
        person, topic, people=4, topics=2, graph=graph.build(4, np.array([3]), np.array([0]))
    )

    assert alone[0, 0] > alone[1, 0] > 0 > alone[2, 0]
    assert alone.sum(1) == pytest.approx(0, abs=1e-12)
    assert alone[3, 0] == 0 < heard[3, 0]


def test_links_outside_and_negative_weights_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 2"):
        graph.build(3, np.array([0]), np.array([3]))
    with pytest.raises(ValueError, match="negative"):
        graph.build(3, np.array([0]), np.array([1]), np.array([-1.0]))
