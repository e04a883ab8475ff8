"""The application on real Ray: answers, limits, a stream that stops, replicas and the head lost, with GCS fault tolerance
on a real Redis.

The tests run in order, on one cluster: the later ones are the harsher. None counts on durations.
"""

import os
import signal
import threading

import pytest
from client import chat, chat_body, infer, request, streaming, text_of, until
from conftest import small_config

COUNT = 150  # numbers; at 20 a second


def test_infer_answers_as_the_guide_does(cluster):
    for url in cluster.urls:
        status, headers, body = infer(url, "What is the GCS?")
        assert status == 200
        assert len(body) == 1
        assert body[0].startswith("<s> [INST] What is the GCS? [/INST] The GCS keeps the metadata")
        assert body[0].endswith("</s>")
        assert headers["X-Serving-Pod"] in ("demo-worker-1", "demo-worker-2")
        assert headers["X-Serving-Replica"] in [r["replica_id"].split("#")[-1] for r in cluster.replicas("Model")]


def test_each_deployment_is_on_both_workers(cluster):
    for deployment in ("Model", "Ingress"):
        nodes = [replica["node_ip"] for replica in cluster.replicas(deployment) if replica["state"] == "RUNNING"]
        assert sorted(nodes) == sorted(worker.host for worker in cluster.workers)


def test_a_chat_completion_whole_and_streamed_is_the_same(cluster):
    status, headers, whole = chat(cluster.urls[0], "count to 30")
    expected = " ".join(map(str, range(1, 31)))
    assert status == 200, body
    assert whole["choices"][0] == {
        "index": 0,
        "message": {"role": "assistant", "content": expected},
        "finish_reason": "stop",
    }
    assert whole["usage"] == {"prompt_tokens": 3, "completion_tokens": 30, "total_tokens": 33}
    assert headers["X-Serving-Pod"].startswith("demo-worker-")
    with streaming(cluster.urls[1], "count to 30", stream_options={"include_usage": True}) as (headers, events):
        assert headers["Content-Type"].startswith("text/event-stream")
        assert headers["X-Serving-Pod"].startswith("demo-worker-")
        events = list(events)
    assert text_of(events) == (expected, "stop")
    assert events[-1]["usage"]["completion_tokens"] == 30
    assert len([e for e in events if e["choices"] and e["choices"][0]["delta"].get("content")]) == 30


def test_the_length_of_an_answer_is_the_clients_to_limit(cluster):
    _, _, body = chat(cluster.urls[0], "count to 30", max_tokens=4)
    assert (body["choices"][0]["message"]["content"], body["choices"][0]["finish_reason"]) == ("1 2 3 4", "length")


def test_the_models_are_listed(cluster):
    status, _, body = request(cluster.urls[0], "/v1/models")
    assert (status, [model["id"] for model in body["data"]]) == (200, ["deterministic"])


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "words"),
    [
        ("/infer", None, 400, "invalid_request", "sentence: Field required"),
        ("/infer?sentence=" + "word+" * 101, None, 400, "context_length_exceeded", "at most 100 are taken"),
        ("/infer?sentence=" + "w" * 4097, None, 413, "too_large", "at most 4096 bytes"),
        ("/nowhere", None, 404, "invalid_request", "Not Found"),
        ("/v1/chat/completions", None, 405, "invalid_request", "Method Not Allowed"),
        ("/v1/chat/completions", b"{", 400, "invalid_request", "Invalid JSON"),
        ("/v1/chat/completions", {"model": "deterministic", "messages": []}, 400, "invalid_request", "messages"),
        ("/v1/chat/completions", chat_body("a") | {"model": "other"}, 404, "model_not_found", "'deterministic' is"),
        ("/v1/chat/completions", chat_body("a", n=2), 400, "invalid_request", "n: "),
        ("/v1/chat/completions", chat_body("a", max_tokens=20001), 400, "invalid_request", "at most 20000"),
        ("/v1/chat/completions", chat_body("word " * 101), 400, "context_length_exceeded", "has 101 tokens"),
        ("/v1/chat/completions", chat_body("w" * 5000), 413, "too_large", "at most 4096 bytes"),
    ],
)
def test_what_is_not_served_is_refused_as_what_it_is(cluster, path, body, status, code, words):
    got, _, answer = request(cluster.urls[0], path, body)
    assert (got, answer["error"]["code"]) == (status, code)
    assert words in answer["error"]["message"]


def test_a_stream_that_is_stopped_frees_its_place(cluster):
    """Three times as many streams as there are places, 8 a replica, none of which would end in time by itself."""
    for _ in range(3):
        left = []
        for number in range(10):
            block = streaming(cluster.urls[number % 2], f"count to {COUNT * 100}")
            _, events = block.__enter__()
            next(events)
            left.append(block)
        for block in left:
            block.__exit__(None, None, None)
    assert chat(cluster.urls[0], "count to 3")[0] == 200


def test_a_replica_of_the_model_that_is_killed_costs_no_request_that_had_no_token(cluster):
    victim = next(r for r in cluster.replicas("Model") if r["state"] == "RUNNING")
    results, over = [], threading.Event()

    def ask(url):
        while not over.is_set():
            results.append(chat(url, "count to 2")[0])

    threads = [threading.Thread(target=ask, args=(url,)) for url in cluster.urls]
    for thread in threads:
        thread.start()
    until(lambda: len(results) > 4, "requests are answered")
    os.kill(victim["pid"], signal.SIGKILL)
    gone = victim["replica_id"]
    until(lambda: gone not in {r["replica_id"] for r in cluster.replicas("Model")}, "Serve misses the replica")
    cluster.wait_running()
    over.set()
    for thread in threads:
        thread.join()
    # What had its first token is lost with the replica and says so, 502; nothing else fails.
    assert set(results) <= {200, 502}
    assert results.count(502) <= len(threads)
    assert results[-1] == 200


def test_a_stream_whose_replica_is_killed_ends_in_an_error_event(cluster):
    with streaming(cluster.urls[0], f"count to {COUNT * 10}") as (headers, events):
        for _ in range(3):
            next(events)
        serving = headers["X-Serving-Replica"]
        victim = next(r for r in cluster.replicas("Model") if r["replica_id"].endswith(serving))
        os.kill(victim["pid"], signal.SIGKILL)
        *_, last = events
    assert last["error"]["code"] == "replica_lost"
    assert serving in last["error"]["message"]
    until(lambda: victim["replica_id"] not in {r["replica_id"] for r in cluster.replicas("Model")}, "Serve misses it")
    cluster.wait_running()


def test_answers_go_on_while_there_is_no_head(cluster):
    replicas = {r["replica_id"] for d in ("Model", "Ingress") for r in cluster.replicas(d)}
    results, over = [], threading.Event()

    def ask(url):
        while not over.is_set():
            status, _, body = chat(url, "count to 2")
            results.append((status, body))

    threads = [threading.Thread(target=ask, args=(url,)) for url in cluster.urls]
    with streaming(cluster.urls[0], f"count to {COUNT}") as (_, events):
        first = [next(events) for _ in range(3)]
        for thread in threads:
            thread.start()
        before = cluster.head.pids()
        cluster.head.kill()
        assert before
        assert not cluster.head.pids()
        assert cluster.status() is None
        # Both ways of asking, while there is no head for certain.
        asked = len(results)
        for url in cluster.urls:
            assert infer(url, "What is the head?")[0] == 200
        until(lambda: len(results) > asked + 6, "requests are answered without a head")
        cluster.start_head()
        cluster.wait_running()
        # The stream that began under the old head: not a token lost or repeated.
        assert text_of(first + list(events)) == (" ".join(map(str, range(1, COUNT + 1))), "stop")
    over.set()
    for thread in threads:
        thread.join()
    assert [status for status, _ in results if status != 200] == []
    assert {body["choices"][0]["message"]["content"] for _, body in results} == {"1 2"}
    # The replicas are those of before: nothing was started anew.
    assert {r["replica_id"] for d in ("Model", "Ingress") for r in cluster.replicas(d)} == replicas


def test_a_model_that_is_gone_is_replaced_once_it_can_be(cluster, answers):
    text = answers.read_text()
    before = {r["replica_id"] for r in cluster.replicas("Model")}
    try:
        answers.unlink()
        status, headers, body = chat(cluster.urls[0], "count to 3")
        assert (status, body["error"]["code"]) in ((503, "model_gone"), (503, "model_unavailable"))
        assert headers["Retry-After"] == "1"
        until(lambda: not cluster.running(), "check_health has failed: Serve tells it")
    finally:
        answers.write_text(text)
    until(lambda: chat(cluster.urls[0], "count to 3")[0] == 200, "a new replica answers")
    cluster.wait_running()
    assert before - {r["replica_id"] for r in cluster.replicas("Model")}


def test_replicas_that_are_to_go_finish_their_answers(cluster):
    """A change of the code's version replaces every replica: the answer that was begun is finished by the old one."""
    before = {r["replica_id"] for r in cluster.replicas("Model")}
    config = small_config(cluster)
    # As ft-options.yaml overrides it: a number of replicas instead of the code's autoscaling.
    model = config["applications"][0]["deployments"][0]
    del model["autoscaling_config"]
    model["num_replicas"] = 2
    model["ray_actor_options"]["runtime_env"] = {"env_vars": {"MODEL_NAME": "renamed"}}
    with streaming(cluster.urls[0], f"count to {COUNT}") as (_, events):
        first = [next(events) for _ in range(3)]
        cluster.deploy(config)
        assert text_of(first + list(events)) == (" ".join(map(str, range(1, COUNT + 1))), "stop")
    until(lambda: cluster.running() and not before & {r["replica_id"] for r in cluster.replicas("Model")}, "replaced")
    assert chat(cluster.urls[0], "count to 3")[0] == 200
