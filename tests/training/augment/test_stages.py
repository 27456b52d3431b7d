from training.augment.stages import Stage, stage_generators


def test_the_numbers_of_the_stages_are_those_of_published_results():
    assert [stage.name for stage in Stage] == [
        "SPEED", "SHIFT", "ROOM", "BABBLE", "NOISE", "CHANNEL", "TRIM", "MICROPHONE",
    ]  # fmt: skip
    assert [stage.value for stage in Stage] == list(range(8))


def test_every_stage_has_a_generator_of_its_own():
    numbers = {generator.random() for generator in stage_generators((1, 2))}
    assert len(numbers) == len(Stage)
    assert numbers == {generator.random() for generator in stage_generators((1, 2))}
