/* serve_llm.c - the models of an application of ray.serve.llm; see serve_llm.h. */
#include "deploy/serve_llm.h"

#include "backends/base/text.h"

#include <string.h>

static const struct yaml_node *configs_of(const struct yaml_node *app)
{
    const struct yaml_node *list = yaml_get(yaml_get(app, "args"), "llm_configs");
    return list && list->kind == YAML_LIST ? list : NULL;
}

bool serve_app_has_llm_builder(const struct yaml_node *app)
{
    const char *path = yaml_str(app, "import_path");
    return path && strncmp(path, "ray.serve.llm", 13) == 0 && (path[13] == ':' || path[13] == '.');
}

bool serve_app_is_llm(const struct yaml_node *app)
{
    const struct yaml_node *listed = yaml_get(app, "deployments");
    return serve_app_has_llm_builder(app) && !(listed && listed->count);
}

bool serve_llm_model(const struct yaml_node *app, size_t index, struct serve_llm_model *ret)
{
    const struct yaml_node *list = configs_of(app);
    const struct yaml_node *config = list && index < list->count ? list->items[index] : NULL;
    if (!config || config->kind != YAML_MAP) return false;
    *ret = (struct serve_llm_model){.config = config,
                                    .deployment = yaml_get(config, "deployment_config"),
                                    .name = yaml_str(yaml_get(config, "model_loading_config"), "model_id")};
    return true;
}

bool serve_llm_is_known(const struct yaml_node *app)
{
    const char *path = yaml_str(app, "import_path");
    const struct yaml_node *list = configs_of(app);
    struct serve_llm_model model;
    if (!list || !list->count || !text_has(path, "build_openai_app")) return false;
    for (size_t i = 0; i < list->count; i++)
        if (!serve_llm_model(app, i, &model)) return false;
    return true;
}
