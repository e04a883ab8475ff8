/* kubectl_sim.h - stands in for kubectl on the simulated cluster: `kubectl exec` of the command that kills gcs_server.
 */
#ifndef RAYDECK_SIM_KUBECTL_SIM_H
#define RAYDECK_SIM_KUBECTL_SIM_H

/* `raydeck-sim kubectl DIR ARGUMENTS`: carries it out through dir/control, and prints what that command does in a
 * container. arguments is NULL-terminated. Blocks; returns the exit status: 1 with a message on stderr for anything
 * else, as kubectl does. */
int kubectl_sim(const char *dir, const char *const *arguments);

#endif
