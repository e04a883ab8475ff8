/*
 * engine_clock.h - the clock of a step engine in a test: it stands still while a request is on its way, and goes on
 * while the engine waits to poll again. What a step waits for is counted in polls then, whatever the machine takes for
 * one.
 */
#ifndef RAYDECK_TESTS_ENGINE_CLOCK_H
#define RAYDECK_TESTS_ENGINE_CLOCK_H

#include "deploy/step_engine.h"

void engine_clock_start(struct loop *loop); /* before the engine is opened */
/* After each step of the loop. */
void engine_clock_turn(struct loop *loop, const struct step_engine *e);

#endif
