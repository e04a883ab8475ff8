/* kubeconfig_fuzz.c - a kubeconfig, and the choice of a context out of it; the answer of a credential plug-in. */
#include "backends/kube/exec_credential_parse.h"
#include "backends/kube/kubeconfig_parse.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static char command[] = "x", version[] = "client.authentication.k8s.io/v1beta1";
    struct kube_exec exec = {.command = command, .api_version = version};
    struct kubeconfig kc;
    struct kube_choice choice;
    struct exec_answer answer = {0};
    struct why why;
    kubeconfig_init(&kc);
    if (kubeconfig_parse(&kc, "dir/k", (const char *)data, size, &why) == ERR_OK)
        kubeconfig_choose(&kc, NULL, &choice, &why);
    kubeconfig_done(&kc);
    if (exec_answer_parse(&exec, (const char *)data, size, &answer, &why) == ERR_OK) exec_answer_done(&answer);
    return 0;
}
