"""The model backends behind their one interface: the deterministic one, the CPU's with a model made here, Neuron's."""

import asyncio
import sys
import types

import pytest
from raydeck_serve.backends import BackendError, Finish, ModelGone, backend_new
from raydeck_serve.backends.stop import StopCut
from raydeck_serve.events import Message, Sampling
from raydeck_serve.settings import Settings


def settings(**env):
    return Settings.from_env({"MODEL_BACKEND": "deterministic", "DETERMINISTIC_TOKENS_PER_S": "10000"} | env)


async def collect(backend, question, max_tokens=100, sampling=None):
    items = [i async for i in backend.generate(backend.encode([Message("user", question)]), sampling or Sampling(), max_tokens)]
    assert isinstance(items[-1], Finish)
    return "".join(i.text for i in items[:-1]), items[-1].reason, sum(i.tokens for i in items[:-1])


def run(backend, question, **more):
    return asyncio.run(collect(backend, question, **more))


@pytest.fixture
def deterministic():
    backend = backend_new(settings())
    backend.load()
    return backend


def test_the_deterministic_model_counts(deterministic):
    assert run(deterministic, "Count to 5, please") == ("1 2 3 4 5", "stop", 5)
    assert run(deterministic, "count to 50", max_tokens=3) == ("1 2 3", "length", 3)
    assert run(deterministic, "count to 50", sampling=Sampling(stop=("4 5",)))[:2] == ("1 2 3 ", "stop")


def test_the_same_question_has_the_same_answer(deterministic):
    assert run(deterministic, "What is the GCS?") == run(deterministic, "What is the GCS?")
    assert "external Redis" in run(deterministic, "What is the GCS?")[0]
    assert run(deterministic, "Who\nare you?")[0].endswith("You asked: Who are you?")


def test_a_deterministic_model_whose_answers_are_gone(tmp_path):
    file = tmp_path / "answers.json"
    backend = backend_new(settings(DETERMINISTIC_ANSWERS=str(file)))
    with pytest.raises(BackendError, match="cannot be read"):
        backend.load()
    file.write_text("[]")
    with pytest.raises(BackendError, match="not a JSON object"):
        backend.load()
    file.write_text('{"": "Yes."}')
    backend.load()
    asyncio.run(backend.check())
    file.unlink()
    with pytest.raises(ModelGone):
        asyncio.run(backend.check())
    with pytest.raises(ModelGone):
        run(backend, "count to 3")


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_a_stop_string_is_cut_wherever_the_pieces_end(size):
    text = "one <e <en <end> two"
    cut = StopCut(["<end>", "two"])
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    assert "".join(cut.feed(piece) for piece in pieces) + cut.rest() == "one <e <en "
    assert cut.stopped
    cut = StopCut(["<end>"])
    assert cut.feed("a <en") + cut.rest() == "a <en"
    assert not cut.stopped


# ---- cpu ------------------------------------------------------------------------------------------------------------

TEMPLATE = "{% for m in messages %}{{ m.role }} {{ m.content }} {% endfor %}assistant"


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory):
    """A model of a few thousand weights, drawn at random, with a tokenizer of single words."""
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    folder = str(tmp_path_factory.mktemp("tiny"))
    words = {word: i for i, word in enumerate(["<unk>", "</s>", "user", "assistant", *(f"w{n}" for n in range(60))])}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="</s>")
    fast.chat_template = TEMPLATE
    fast.save_pretrained(folder)
    torch.manual_seed(1)
    config = transformers.LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=4096, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    model = transformers.LlamaForCausalLM(config)
    model.generation_config.eos_token_id = None
    model.save_pretrained(folder)
    return folder


@pytest.fixture
def cpu(tiny_model):
    backend = backend_new(settings(MODEL_BACKEND="cpu", MODEL_ID=tiny_model))
    backend.load()
    yield backend
    backend.close()


def test_the_cpu_streams_counts_and_repeats(cpu):
    prompt = cpu.encode([Message("user", "w1 w2")])
    assert prompt.tokens == 4
    greedy = Sampling(temperature=0)
    text, finish, tokens = run(cpu, "w1 w2", max_tokens=20, sampling=greedy)
    assert (finish, tokens) == ("length", 20)
    assert len(text.split()) > 5
    assert run(cpu, "w1 w2", max_tokens=20, sampling=greedy)[0] == text
    seeded = Sampling(temperature=1.0, seed=3)
    assert run(cpu, "w1", max_tokens=20, sampling=seeded) == run(cpu, "w1", max_tokens=20, sampling=seeded)


def test_the_cpu_stops_where_the_client_does(cpu):
    async def first_only():
        items = cpu.generate(cpu.encode([Message("user", "w1")]), Sampling(), 4000)
        async for item in items:
            if item.text:
                break
        await items.aclose()
        return await collect(cpu, "w2", max_tokens=5)  # waits for the thread: it is free again long before 4000

    assert asyncio.run(first_only())[1] == "length"


def test_a_cpu_model_that_fails_at_every_request_is_gone(cpu):
    cpu._model.generate = None

    async def failing():
        for _ in range(3):
            await cpu.check()
            with pytest.raises(TypeError):
                await collect(cpu, "w1")
        with pytest.raises(ModelGone, match="3 requests in a row"):
            await cpu.check()

    asyncio.run(failing())


def test_a_cpu_model_whose_thread_has_ended_is_gone(cpu):
    cpu.close()
    cpu._thread.join(30)
    with pytest.raises(ModelGone):
        asyncio.run(cpu.check())


def test_a_model_that_is_not_there(tmp_path):
    pytest.importorskip("transformers")
    backend = backend_new(settings(MODEL_BACKEND="cpu", MODEL_ID=str(tmp_path / "none")))
    with pytest.raises(BackendError, match="the model '.*none'"):
        backend.load()


# ---- neuron ---------------------------------------------------------------------------------------------------------
# No NeuronCore here: the engine is a stand-in with the part of vLLM 0.13's interface that the backend uses. What it
# shows is that pieces are differences, that a stopped request is aborted, and that a dead engine is told.


class Output:
    def __init__(self, text, tokens, finish=None):
        self.outputs = [types.SimpleNamespace(text=text, token_ids=list(range(tokens)), finish_reason=finish)]


class Engine:
    def __init__(self):
        self.aborted, self.dead = [], False

    async def generate(self, prompt, params, request_id):
        assert prompt == {"prompt_token_ids": [7, 8]}
        assert params.max_tokens == 9
        for output in (Output("", 1), Output("The", 2), Output("The GCS", 4), Output("The GCS.", 5, "stop")):
            await asyncio.sleep(0)
            if self.dead:
                raise RuntimeError("EngineDeadError")
            yield output

    async def abort(self, request_id):
        self.aborted.append(request_id)

    async def check_health(self):
        if self.dead:
            raise RuntimeError("EngineCore has died")

    def shutdown(self):
        self.dead = True


class Tokenizer:
    def apply_chat_template(self, turns, tokenize, add_generation_prompt):
        return turns[0]["content"]

    def __call__(self, text, add_special_tokens):
        return {"input_ids": [7, 8]}


@pytest.fixture
def neuron(monkeypatch):
    params = types.ModuleType("vllm")
    params.SamplingParams = types.SimpleNamespace
    monkeypatch.setitem(sys.modules, "vllm", params)
    backend = backend_new(settings(MODEL_BACKEND="neuron", NEURON_CORES="2"))
    backend._engine, backend._tokenizer = Engine(), Tokenizer()
    return backend


def test_neuron_pieces_are_what_is_new(neuron):
    assert run(neuron, "q", max_tokens=9) == ("The GCS.", "stop", 5)
    assert neuron._engine.aborted == []


def test_neuron_aborts_what_nobody_waits_for(neuron):
    async def first_only():
        items = neuron.generate(neuron.encode([Message("user", "q")]), Sampling(), 9)
        await anext(items)
        await items.aclose()

    asyncio.run(first_only())
    assert len(neuron._engine.aborted) == 1


def test_a_dead_neuron_engine_is_a_model_that_is_gone(neuron):
    neuron.close()
    with pytest.raises(ModelGone):
        asyncio.run(neuron.check())
    with pytest.raises(ModelGone):
        run(neuron, "q", max_tokens=9)


def test_neuron_without_a_device_says_what_is_missing(monkeypatch):
    monkeypatch.setattr("raydeck_serve.backends.neuron.DEVICES", "/nowhere/neuron*")
    backend = backend_new(settings(MODEL_BACKEND="neuron", NEURON_CORES="2"))
    with pytest.raises(BackendError, match=r"no Neuron device in this pod .*aws\.amazon\.com/neuron"):
        backend.load()
