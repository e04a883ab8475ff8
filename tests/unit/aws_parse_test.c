/*
 * aws_parse_test.c - what AWS says, in its XML and JSON, and what the shared files say; and the tests' own reckoning of
 * its signature against the examples that AWS published.
 */
#include "backends/aws/aws_keys_parse.h"
#include "backends/aws/container.h"
#include "backends/aws/elasticache_parse.h"
#include "backends/aws/error_parse.h"
#include "backends/aws/memorydb_parse.h"
#include "backends/aws/profile_parse.h"
#include "backends/aws/xml_walk.h"
#include "backends/base/buf.h"
#include "backends/base/mem.h"
#include "backends/base/text.h"
#include "tests/support/fixture.h"
#include "tests/support/sigv4.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define F "tests/fixtures/aws/"

static enum err parse_file(const char *file, struct caches *out, struct why *why)
{
    size_t len = 0;
    char *bytes = fixture_read(file, &len);
    enum err err = caches_parse(bytes, len, out, why);
    free(bytes);
    return err;
}

/* ---- ElastiCache --------------------------------------------------------------------------------------------- */

static void a_cluster_of_one_node(void **state)
{
    struct caches c = {0};
    (void)state;

    assert_int_equal(parse_file(F "cluster.xml", &c, NULL), ERR_OK);
    assert_int_equal(c.count, 1);
    const struct cache *x = &c.item[0];
    assert_false(x->group);
    assert_string_equal(x->id, "trainium-inferentia");
    assert_string_equal(x->status, "available");
    assert_string_equal(x->host, "trainium-inferentia.abc123.0001.usw2.cache.amazonaws.com");
    assert_int_equal(x->port, 6379);
    assert_string_equal(x->engine, "redis");
    assert_string_equal(x->version, "7.1.0");
    assert_string_equal(x->node_type, "cache.t4g.small");
    assert_string_equal(x->parameters, "trainium-inferentia");
    assert_null(x->of_group);
    assert_int_equal(x->tls, TRI_NO);
    assert_int_equal(x->auth, TRI_NO);
    assert_true(x->members.known);
    assert_int_equal(x->members.value, 1);
    assert_null(c.marker);
    caches_done(&c);
}

static void a_group_gives_its_primary(void **state)
{
    struct caches c = {0};
    (void)state;

    assert_int_equal(parse_file(F "group.xml", &c, NULL), ERR_OK);
    assert_int_equal(c.count, 1);
    const struct cache *x = &c.item[0];
    assert_true(x->group);
    assert_string_equal(x->id, "ray-gcs");
    assert_string_equal(x->host, "master.ray-gcs.abc123.usw2.cache.amazonaws.com");
    assert_int_equal(x->port, 6379);
    assert_string_equal(x->member, "ray-gcs-001");
    assert_string_equal(x->failover, "enabled");
    assert_int_equal(x->tls, TRI_YES);
    assert_int_equal(x->auth, TRI_YES);
    assert_int_equal(x->clustered, TRI_NO);
    assert_int_equal(x->shards.value, 1);
    assert_int_equal(x->members.value, 2);
    assert_null(x->parameters);
    caches_done(&c);
}

static void a_sharded_group_gives_its_configuration_endpoint(void **state)
{
    struct caches c = {0};
    (void)state;

    assert_int_equal(parse_file(F "group-sharded.xml", &c, NULL), ERR_OK);
    const struct cache *x = &c.item[0];
    assert_string_equal(x->host, "clustercfg.sharded.abc123.usw2.cache.amazonaws.com");
    assert_int_equal(x->clustered, TRI_YES);
    assert_int_equal(x->shards.value, 2);
    assert_int_equal(x->members.value, 4);
    assert_int_equal(x->tls, TRI_UNKNOWN);
    assert_int_equal(x->auth, TRI_UNKNOWN);
    caches_done(&c);
}

static void what_is_being_created_has_no_endpoint(void **state)
{
    struct caches c = {0};
    (void)state;

    assert_int_equal(parse_file(F "group-creating.xml", &c, NULL), ERR_OK);
    assert_int_equal(parse_file(F "cluster-creating.xml", &c, NULL), ERR_OK);
    assert_int_equal(c.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal(c.item[i].status, "creating");
        assert_null(c.item[i].host);
        assert_int_equal(c.item[i].port, 0);
        assert_false(c.item[i].members.known);
    }
    caches_done(&c);
}

static void an_endpoint_that_can_be_none_is_none(void **state)
{
    static const char *const bad[] = {
        "<Address>null</Address><Port>6379</Port>",
        "<Address>None</Address><Port>6379</Port>",
        "<Address></Address><Port>6379</Port>",
        "<Address/><Port>6379</Port>",
        "<Address>a.b</Address>",
        "<Address>a.b</Address><Port>0</Port>",
        "<Address>a.b</Address><Port>65536</Port>",
        "<Address>a.b</Address><Port>null</Port>",
        "<Address>a b</Address><Port>6379</Port>",
        "<Address>a;reboot</Address><Port>6379</Port>",
        "<Port>6379</Port>",
        "",
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct caches c = {0};
        char *xml =
            mem_printf("<DescribeCacheClustersResponse><DescribeCacheClustersResult><CacheClusters><CacheCluster>"
                       "<CacheNodes><CacheNode><Endpoint>%s</Endpoint></CacheNode></CacheNodes></CacheCluster>"
                       "</CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>",
                       bad[i]);
        assert_int_equal(caches_parse(xml, strlen(xml), &c, NULL), ERR_OK);
        assert_int_equal(c.count, 1);
        assert_null(c.item[0].host);
        assert_int_equal(c.item[0].port, 0);
        caches_done(&c);
        free(xml);
    }
}

static void foreign_texts_are_safe(void **state)
{
    static const char xml[] =
        "<DescribeCacheClustersResponse><DescribeCacheClustersResult><CacheClusters><CacheCluster><CacheClusterId>"
        "a&#x202E;b&#x9B;c</CacheClusterId></CacheCluster></CacheClusters></DescribeCacheClustersResult>"
        "</DescribeCacheClustersResponse>";
    struct caches c = {0};
    (void)state;

    assert_int_equal(caches_parse(xml, sizeof xml - 1, &c, NULL), ERR_OK);
    assert_true(text_is_safe(c.item[0].id, strlen(c.item[0].id), TEXT_ONE_LINE));
    assert_true(c.item[0].id[0] == 'a');
    caches_done(&c);
}

static void every_cut_of_an_answer_is_refused(void **state)
{
    size_t len = 0;
    char *bytes = fixture_read(F "group.xml", &len);
    struct why why;
    (void)state;

    while (len && strchr("\n", bytes[len - 1])) len--;
    for (size_t n = 0; n < len; n += 7) {
        struct caches c = {0};
        assert_int_equal(caches_parse(bytes, n, &c, &why), ERR_PARSE);
        assert_true(strncmp(why.text, "AWS elasticache: not XML: line ", 31) == 0);
        for (size_t i = 0; i < c.count; i++) assert_true((c.item[i].host != NULL) == (c.item[i].port != 0));
        caches_done(&c);
    }
    free(bytes);
}

static void an_answer_to_something_else_is_none(void **state)
{
    struct caches c = {0};
    struct cache_parameters p = {0};
    (void)state;

    assert_int_equal(caches_parse("<html/>", 7, &c, NULL), ERR_PROTOCOL);
    assert_int_equal(cache_parameters_parse("<html/>", 7, &p, NULL), ERR_PROTOCOL);
    assert_int_equal(caches_parse("{\"a\":1}", 7, &c, NULL), ERR_PARSE);
    caches_done(&c);
    cache_parameters_done(&p);
}

static void more_caches_than_are_taken(void **state)
{
    struct caches c = {0};
    struct buf b;
    (void)state;

    buf_init(&b, 1 << 20);
    buf_str(&b, "<DescribeCacheClustersResponse><DescribeCacheClustersResult><CacheClusters>");
    for (int i = 0; i <= CACHES_MAX; i++) buf_str(&b, "<CacheCluster/>");
    buf_str(&b, "</CacheClusters></DescribeCacheClustersResult></DescribeCacheClustersResponse>");
    assert_int_equal(caches_parse(buf_text(&b), b.len, &c, NULL), ERR_LIMIT);
    assert_int_equal(c.count, CACHES_MAX);
    caches_done(&c);
    buf_done(&b);
}

static void parameters_of_two_pages(void **state)
{
    struct cache_parameters p = {0};
    size_t len = 0;
    char *bytes = fixture_read(F "parameters-1.xml", &len);
    (void)state;

    assert_int_equal(cache_parameters_parse(bytes, len, &p, NULL), ERR_OK);
    free(bytes);
    assert_string_equal(p.maxmemory_policy, "volatile-lru");
    assert_false(p.timeout_s.known);
    assert_string_equal(p.marker, "page two/+=");
    bytes = fixture_read(F "parameters-2.xml", &len);
    assert_int_equal(cache_parameters_parse(bytes, len, &p, NULL), ERR_OK);
    free(bytes);
    assert_string_equal(p.maxmemory_policy, "volatile-lru");
    assert_true(p.timeout_s.known);
    assert_int_equal(p.timeout_s.value, 20);
    assert_null(p.marker);
    cache_parameters_done(&p);
}

/* ---- XML ----------------------------------------------------------------------------------------------------- */

static void ignore_text(void *arg, const char *path, const char *text)
{
    (void)arg;
    (void)path;
    (void)text;
}

static enum err xml_walked(const char *xml, struct why *why)
{
    return xml_walk(xml, strlen(xml), &(struct xml_calls){.close = ignore_text}, why);
}

static void what_xml_may_not_do(void **state)
{
    struct why why;
    struct buf b;
    (void)state;

    assert_int_equal(xml_walked("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", &why), ERR_LIMIT);
    assert_string_equal(why.text, "XML with a document type");
    assert_int_equal(xml_walked("<a>&b;</a>", &why), ERR_PARSE);
    assert_int_equal(xml_walked("<a>\x01</a>", &why), ERR_PARSE);
    assert_int_equal(xml_walked("<a></b>", &why), ERR_PARSE);
    assert_int_equal(xml_walked("", &why), ERR_PARSE);

    buf_init(&b, 1 << 20);
    for (int i = 0; i <= XML_DEPTH; i++) buf_str(&b, "<a>");
    assert_int_equal(xml_walked(buf_text(&b), &why), ERR_LIMIT);
    assert_string_equal(why.text, "XML with too many elements");
    buf_clear(&b);
    buf_str(&b, "<a>");
    for (int i = 0; i <= XML_TEXT; i++) buf_char(&b, 'x');
    buf_str(&b, "</a>");
    assert_int_equal(xml_walked(buf_text(&b), &why), ERR_LIMIT);
    assert_string_equal(why.text, "XML with a text too long");
    buf_clear(&b);
    buf_char(&b, '<');
    for (int i = 0; i <= XML_PATH; i++) buf_char(&b, 'x');
    buf_str(&b, "/>");
    assert_int_equal(xml_walked(buf_text(&b), &why), ERR_LIMIT);
    assert_string_equal(why.text, "XML with names too long");
    buf_done(&b);
}

static void note_text(void *arg, const char *path, const char *text)
{
    buf_printf(arg, "%s=%s;", path, text);
}

static void paths_and_texts(void **state)
{
    static const char xml[] = "<a>\n <b> x &amp; y </b>\n <c><d/></c><b><![CDATA[<z>]]></b>tail</a>";
    struct buf b;
    (void)state;

    buf_init(&b, 4096);
    assert_int_equal(xml_walk(xml, sizeof xml - 1, &(struct xml_calls){.close = note_text, .arg = &b}, NULL), ERR_OK);
    assert_string_equal(buf_text(&b), "a/b=x & y;a/c/d=;a/c=;a/b=<z>;a=tail;");
    buf_done(&b);
    assert_true(xml_ends("a/b/c", "b/c"));
    assert_true(xml_ends("b/c", "b/c"));
    assert_false(xml_ends("a/xb/c", "b/c"));
    assert_false(xml_ends("c", "b/c"));
}

/* ---- MemoryDB ------------------------------------------------------------------------------------------------ */

static enum err parse_clusters(const char *json, struct caches *out, struct why *why)
{
    return memorydb_clusters_parse(json, strlen(json), out, why);
}

static void a_cluster_of_memorydb(void **state)
{
    struct caches c = {0};
    struct why why = {0};
    char *one = fixture_read(F "memorydb.json", NULL), *creating = fixture_read(F "memorydb-creating.json", NULL);
    (void)state;

    assert_int_equal(parse_clusters(one, &c, &why), ERR_OK);
    assert_int_equal(parse_clusters(creating, &c, &why), ERR_OK); /* another page */
    assert_int_equal(c.count, 2);
    const struct cache *x = &c.item[0];
    assert_string_equal(x->id, "ray-gcs");
    assert_string_equal(x->host, "clustercfg.ray-gcs.abc123.memorydb.us-west-2.amazonaws.com");
    assert_int_equal(x->port, 6379);
    assert_string_equal(x->version, "7.1.1");
    assert_string_equal(x->parameters, "ray-gcs-parameters");
    assert_string_equal(x->acl, "ray");
    assert_int_equal(x->tls, TRI_YES);
    assert_int_equal(x->auth, TRI_YES);
    assert_int_equal(x->clustered, TRI_YES);
    assert_int_equal(x->shards.value, 1);
    assert_int_equal(x->members.value, 2);
    assert_string_equal(x->failover, "enabled");
    assert_null(c.item[1].host); /* a port alone */
    assert_int_equal(c.item[1].port, 0);
    assert_false(c.item[1].members.known);
    assert_null(c.item[1].failover);
    assert_null(c.marker);
    caches_done(&c);
    free(one);
    free(creating);
}

static void what_memorydb_does_not_say_is_unknown(void **state)
{
    static const char *const hosts[] = {"null", "None", "", "a b", "evil/x"};
    struct caches c = {0};
    struct why why = {0};
    (void)state;

    assert_int_equal(parse_clusters("{\"Clusters\":[{}]}", &c, &why), ERR_OK);
    assert_int_equal(c.item[0].tls, TRI_UNKNOWN);
    assert_int_equal(c.item[0].auth, TRI_UNKNOWN);
    assert_false(c.item[0].shards.known);
    caches_done(&c);
    for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
        char *json = mem_printf("{\"Clusters\":[{\"ClusterEndpoint\":{\"Address\":\"%s\",\"Port\":6379}}]}", hosts[i]);
        assert_int_equal(parse_clusters(json, &c, &why), ERR_OK);
        assert_null(c.item[0].host);
        assert_int_equal(c.item[0].port, 0);
        caches_done(&c);
        free(json);
    }
    /* Shards that are not all told make no number of replicas. */
    assert_int_equal(
        parse_clusters("{\"Clusters\":[{\"NumberOfShards\":2,\"Shards\":[{\"NumberOfNodes\":2}]}]}", &c, &why), ERR_OK);
    assert_int_equal(c.item[0].shards.value, 2);
    assert_false(c.item[0].members.known);
    caches_done(&c);
    assert_int_equal(parse_clusters("{\"Parameters\":[]}", &c, &why), ERR_PROTOCOL);
    assert_int_equal(parse_clusters("<xml/>", &c, &why), ERR_PARSE);
    assert_int_equal(c.count, 0);
    caches_done(&c);
}

static void parameters_of_memorydb(void **state)
{
    struct cache_parameters p = {0};
    struct why why = {0};
    char *one = fixture_read(F "memorydb-parameters-1.json", NULL);
    char *two = fixture_read(F "memorydb-parameters-2.json", NULL);
    (void)state;

    assert_int_equal(memorydb_parameters_parse(one, strlen(one), &p, &why), ERR_OK);
    assert_string_equal(p.marker, "more");
    assert_false(p.timeout_s.known);
    assert_int_equal(memorydb_parameters_parse(two, strlen(two), &p, &why), ERR_OK);
    assert_null(p.marker);
    assert_int_equal(p.timeout_s.value, 20);
    assert_string_equal(p.maxmemory_policy, "noeviction");
    cache_parameters_done(&p);
    free(one);
    free(two);
}

/* ---- errors -------------------------------------------------------------------------------------------------- */

static void errors_and_what_they_mean(void **state)
{
    struct aws_error e = {0};
    size_t len = 0;
    char *bytes = fixture_read(F "cluster-not-found.xml", &len);
    (void)state;

    assert_int_equal(aws_error_parse(bytes, len, &e), ERR_OK);
    assert_string_equal(e.code, "CacheClusterNotFound");
    assert_string_equal(e.message, "CacheCluster not found: trainium-inferentia");
    assert_int_equal(aws_error_err(e.code, 404), ERR_NOT_FOUND);
    free(bytes);
    assert_int_equal(aws_error_parse("<a/>", 4, &e), ERR_PARSE);
    assert_string_equal(e.code, "CacheClusterNotFound");

    assert_int_equal(aws_error_err("ReplicationGroupNotFoundFault", 404), ERR_NOT_FOUND);
    assert_int_equal(aws_error_err("ExpiredToken", 403), ERR_AUTH);
    assert_int_equal(aws_error_err("SignatureDoesNotMatch", 403), ERR_AUTH);
    assert_int_equal(aws_error_err("AccessDeniedException", 400), ERR_FORBIDDEN);
    assert_int_equal(aws_error_err("Throttling", 400), ERR_SERVER);
    assert_int_equal(aws_error_err("NeverHeardOf", 500), ERR_SERVER);
    assert_int_equal(aws_error_err("", 404), ERR_PROTOCOL); /* no answer about the thing asked for */
    assert_int_equal(aws_error_err("", 200), ERR_PROTOCOL);
    assert_true(aws_error_is_transient("Throttling", 400));
    assert_true(aws_error_is_transient("", 503));
    assert_false(aws_error_is_transient("AccessDenied", 403));
}

static void errors_in_json(void **state)
{
    static const struct {
        const char *json, *code, *message;
    } are[] = {
        {"{\"__type\":\"ClusterNotFoundFault\",\"message\":\"none\"}", "ClusterNotFoundFault", "none"},
        {"{\"__type\":\"com.amazonaws.memorydb#ClusterNotFoundFault\"}", "ClusterNotFoundFault", ""},
        {"{\"__type\":\"a.b#Throttling:http://x/\",\"Message\":\"one\\ntwo\"}", "Throttling", "one"},
    };
    struct aws_error e;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        assert_int_equal(aws_error_parse(are[i].json, strlen(are[i].json), &e), ERR_OK);
        assert_string_equal(e.code, are[i].code);
        assert_string_equal(e.message, are[i].message);
    }
    assert_int_equal(aws_error_parse("{}", 2, &e), ERR_PARSE);
    assert_int_equal(aws_error_parse("{\"__type\":", 10, &e), ERR_PARSE);
}

static void an_error_says_no_token_again(void **state)
{
    static const char xml[] =
        "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>It does not match.\n\nThe Canonical String "
        "for "
        "this request should have been\n'POST\nx-amz-security-token:very//secret+token=='</Message></Error>"
        "</ErrorResponse>";
    struct aws_error e;
    (void)state;

    assert_int_equal(aws_error_parse(xml, sizeof xml - 1, &e), ERR_OK);
    assert_string_equal(e.message, "It does not match.");
}

/* ---- keys ---------------------------------------------------------------------------------------------------- */

static void keys_of_sts_and_of_the_agents(void **state)
{
    static const struct {
        const char *file, *id, *secret, *token;
        enum err (*parse)(const char *bytes, size_t len, struct aws_keys *ret, struct why *why);
    } are[] = {
        {F "sts-role.xml", "ASIAROLEEXAMPLE00000", "role/secret+not-one-EXAMPLEKEY",
         "role//session+token-not-one==", keys_parse_sts},
        {F "sts-web.xml", "ASIAWEBEXAMPLE00000", "web/secret+not-one-EXAMPLEKEY",
         "web//session+token-not-one==", keys_parse_sts},
        {F "imds.json", "ASIAIMDSEXAMPLE00000", "imds/secret+not-one-EXAMPLEKEY",
         "imds//session+token-not-one==", keys_parse_json},
        {F "agent.json", "ASIAAGENTEXAMPLE0000", "agent/secret+not-one-EXAMPLEKEY",
         "agent//session+token-not-one==", keys_parse_json},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        struct aws_keys k = {0};
        size_t len = 0;
        char *bytes = fixture_read(are[i].file, &len);
        assert_int_equal(are[i].parse(bytes, len, &k, NULL), ERR_OK);
        assert_string_equal(k.id, are[i].id);
        assert_string_equal(k.secret, are[i].secret);
        assert_string_equal(k.token, are[i].token);
        assert_true(k.ends_ms.known);
        assert_int_equal(k.ends_ms.value, UINT64_C(1795456800000)); /* 2026-11-23T18:00:00Z */
        aws_keys_done(&k);
        free(bytes);
    }
}

static void keys_that_are_none(void **state)
{
    static const char *const json[] = {
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"\"}",
        "{\"AccessKeyId\":\"A\"}",
        "{\"AccessKeyId\":\"A\\nX: y\",\"SecretAccessKey\":\"s3cr3t\"}",
        "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s3cr3t\",\"Token\":\"a b\"}",
        "[]",
        "s3cr3t",
        "",
    };
    struct aws_keys k = {0};
    struct why why;
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(json); i++) {
        assert_int_equal(keys_parse_json(json[i], strlen(json[i]), &k, &why), ERR_PARSE);
        assert_null(strstr(why.text, "s3cr3t"));
        assert_null(k.id);
    }
    assert_int_equal(keys_parse_json("{\"Code\":\"AssumeRoleUnauthorizedAccess\"}", 39, &k, &why), ERR_AUTH);
    assert_string_equal(why.text, "no credentials: AssumeRoleUnauthorizedAccess");
    assert_int_equal(keys_parse_sts("<a/>", 4, &k, &why), ERR_PARSE);
}

/* ---- the shared files ---------------------------------------------------------------------------------------- */

static void profiles_of_both_files(void **state)
{
    struct profiles p = {0};
    size_t len = 0;
    (void)state;

    char *bytes = fixture_read(F "credentials.ini", &len);
    assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "credentials", bytes, len, NULL), ERR_OK);
    free(bytes);
    bytes = fixture_read(F "config.ini", &len);
    assert_int_equal(profiles_parse(&p, PROFILE_CONFIG, "config", bytes, len, NULL), ERR_OK);
    free(bytes);

    assert_string_equal(profiles_get(&p, "default", "aws_secret_access_key"),
                        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    assert_string_equal(profiles_get(&p, "default", "region"), "us-west-2");
    assert_string_equal(profiles_get(&p, "base", "region"), "us-east-2");
    assert_string_equal(profiles_get(&p, "base", "AWS_ACCESS_KEY_ID"), "AKIABASEEXAMPLE00000");
    assert_string_equal(profiles_get(&p, "operator", "role_arn"), "arn:aws:iam::111122223333:role/operator");
    assert_string_equal(profiles_get(&p, "with blank", "region"), "eu-central-1"); /* the last of equal lines */
    assert_null(profiles_get(&p, "default", "max_concurrent_requests"));           /* of one service */
    assert_null(profiles_get(&p, "default", "s3"));                                /* empty */
    assert_null(profiles_get(&p, "nobody", "region"));
    assert_false(profiles_has(&p, "work")); /* a section of another kind */
    assert_true(profiles_has(&p, "loop-a"));
    profiles_done(&p);
}

/* As the AWS CLI and SDKs read them ("Configuration and credential file settings"). */
static void how_a_line_of_a_profile_is_read(void **state)
{
    static const struct {
        enum profile_file kind;
        const char *text, *profile, *value; /* of k; NULL: it is not set */
    } are[] = {
        {PROFILE_CREDENTIALS, "[a]\nk=v", "a", "v"},
        {PROFILE_CREDENTIALS, "[a]\n\t k=v\n", "a", NULL}, /* belongs to the line before */
        {PROFILE_CREDENTIALS, "# [b]\n; [b]\n[\ta ] x\r\n\r\n K \t= \tv w \r\n", "a", NULL},
        {PROFILE_CREDENTIALS, "# [b]\n; [b]\n[\ta ] x\r\n\r\nK \t= \tv w \r\n", "a", "v w"},
        {PROFILE_CREDENTIALS, "[a]\nk=v#w;x", "a", "v#w;x"},
        {PROFILE_CREDENTIALS, "[a]\nk=v #w", "a", "v"},
        {PROFILE_CREDENTIALS, "[a]\nk=v\t;w", "a", "v"},
        {PROFILE_CREDENTIALS, "[a]\nk=#w", "a", "#w"},
        {PROFILE_CREDENTIALS, "[a]\nk= #w", "a", NULL},
        {PROFILE_CREDENTIALS, "[a]\nk=v=w", "a", "v=w"},
        {PROFILE_CREDENTIALS, "[a]\nk=v\nkk=w\nK=x", "a", "x"},
        {PROFILE_CREDENTIALS, "[a]\nk=v\n[b]\nk=w", "a", "v"},
        {PROFILE_CREDENTIALS, "[a]\nk=v\n[b]\n[a]\nk=w", "a", "w"},
        {PROFILE_CREDENTIALS, "[profile a]\nk=v", "a", NULL},
        {PROFILE_CREDENTIALS, "[profile a]\nk=v", "profile a", "v"},
        {PROFILE_CREDENTIALS, "[\"a\"]\nk=v", "\"a\"", "v"},
        {PROFILE_CONFIG, "[profile a]\nk=v", "a", "v"},
        {PROFILE_CONFIG, "[profile\t a\t]\nk=v", "a", "v"},
        {PROFILE_CONFIG, "[profile \"a b\"]\nk=v", "a b", "v"},
        {PROFILE_CONFIG, "[profile 'a b']\nk=v", "a b", "v"},
        {PROFILE_CONFIG, "[profile 'a\"]\nk=v", "'a\"", "v"},
        {PROFILE_CONFIG, "[profile ']\nk=v", "'", "v"},
        {PROFILE_CONFIG, "[profile default]\nk=v", "default", "v"},
        {PROFILE_CONFIG, "[default]\nk=v", "default", "v"},
        {PROFILE_CONFIG, "[defaults]\nk=v", "defaults", NULL},
        {PROFILE_CONFIG, "[defaulT]\nk=v", "defaulT", NULL},
        {PROFILE_CONFIG, "[a]\nk=v", "a", NULL},
        {PROFILE_CONFIG, "[profiles a]\nk=v", "a", NULL},
        {PROFILE_CONFIG, "[profile]\nk=v", "profile", NULL},
        {PROFILE_CONFIG, "[default]\nk=v\n[services x]\nk=w", "default", "v"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        struct profiles p = {0};
        struct why why = {0};
        if (profiles_parse(&p, are[i].kind, "f", are[i].text, strlen(are[i].text), &why)) fail_msg("%s", why.text);
        const char *value = profiles_get(&p, are[i].profile, "k");
        if (!value != !are[i].value || (value && strcmp(value, are[i].value) != 0))
            fail_msg("%s: %s", are[i].text, value ? value : "(none)");
        profiles_done(&p);
    }
}

static void the_first_file_of_profiles_counts(void **state)
{
    struct profiles p = {0};
    (void)state;

    assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "f", "[a]\nk=v", 7, NULL), ERR_OK);
    assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "g", "[a]\nk=w\nl=w", 11, NULL), ERR_OK);
    assert_string_equal(profiles_get(&p, "a", "k"), "v");
    assert_string_equal(profiles_get(&p, "a", "l"), "w");
    profiles_done(&p);
}

static void profiles_are_texts_of_a_limited_size(void **state)
{
    (void)state;
    struct profiles p = {0};
    struct why why = {0};
    assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "f", "[a]\0\n", 5, &why), ERR_PARSE);
    assert_string_equal(why.text, "f: not a text");
    profiles_done(&p);
    for (int more = 0; more < 2; more++) {
        struct buf text;
        buf_init(&text, 1024 * 1024);
        buf_str(&text, "[a]\n");
        for (int i = 1; i < PROFILE_VALUES + more; i++) buf_printf(&text, "k%d=v\n", i);
        why = (struct why){0};
        assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "f", buf_text(&text), text.len, &why),
                         more ? ERR_LIMIT : ERR_OK);
        char *expected =
            more ? mem_printf("f:%d: more than %d values", PROFILE_VALUES + 1, PROFILE_VALUES) : mem_str("");
        assert_string_equal(why.text, expected);
        free(expected);
        profiles_done(&p);
        buf_done(&text);
    }
}

static void a_wrong_line_is_named_and_not_quoted(void **state)
{
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"[a]\nx = 1\nsEcReT\n", "f:3: neither a [section] nor a name = value in one"},
        {"x = sEcReT\n", "f:1: neither a [section] nor a name = value in one"},
        {"[a\n", "f:1: neither a [section] nor a name = value in one"},
        {"[]\n", "f:1: neither a [section] nor a name = value in one"},
        {"[a]\n= sEcReT", "f:2: neither a [section] nor a name = value in one"},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct profiles p = {0};
        struct why why;
        assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "f", bad[i].text, strlen(bad[i].text), &why),
                         ERR_PARSE);
        assert_string_equal(why.text, bad[i].why);
        profiles_done(&p);
    }
    struct profiles p = {0};
    assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "f", "\xEF\xBB\xBF", 3, NULL), ERR_OK); /* empty */
    assert_int_equal(profiles_parse(&p, PROFILE_CREDENTIALS, "f", "[a]\r\nk = v # c\r\n", 16, NULL), ERR_OK);
    assert_string_equal(profiles_get(&p, "a", "k"), "v");
    profiles_done(&p);
}

static void where_the_containers_agent_may_be(void **state)
{
    static const struct {
        const char *relative, *full, *url; /* url NULL: refused */
    } are[] = {
        {"/v2/credentials/1", NULL, "http://169.254.170.2/v2/credentials/1"},
        {"v2", NULL, NULL},
        {NULL, "http://169.254.170.23/v1/credentials", "http://169.254.170.23/v1/credentials"},
        {NULL, "http://[fd00:ec2::23]/v1/credentials", "http://[fd00:ec2::23]/v1/credentials"},
        {NULL, "http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"},
        {NULL, "http://localhost/x", "http://localhost/x"},
        {NULL, "https://anything.example/x", "https://anything.example/x"},
        {NULL, "http://anything.example/x", NULL},
        {NULL, "http://127.0.0.1.example/x", NULL},
        {NULL, "http://127.0.0.1@evil.example/x", NULL},
        {NULL, "http://[fd00:ec2::23", NULL},
        {NULL, "file:///etc/passwd", NULL},
        {"/v2", "http://127.0.0.1/x", "http://169.254.170.2/v2"},
        {"/v 2", NULL, NULL},
        {"/v2\r", NULL, NULL},
        {"/v2\n", NULL, NULL},
        {"/v2#x", NULL, NULL},
        {"/v2@x", NULL, NULL},
    };
    (void)state;

    for (size_t i = 0; i < ARRAY_LEN(are); i++) {
        char *url = NULL;
        enum err err = container_url(are[i].relative, are[i].full, &url, NULL);
        if (are[i].url) {
            assert_int_equal(err, ERR_OK);
            assert_string_equal(url, are[i].url);
        } else {
            assert_int_equal(err, ERR_USAGE);
            assert_null(url);
        }
        free(url);
    }
}

/* ---- the signature, as AWS's own test suite for version 4 has it ---------------------------------------------- */

#define SUITE_SCOPE "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "

static const struct sigv4_keys suite = {"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", NULL, "us-east-1",
                                        "service"};

static void the_signature_is_reckoned_as_aws_does(void **state)
{
    char error[256];
    (void)state;

    /* post-vanilla */
    assert_true(sigv4_check("POST / HTTP/1.1\r\nHost: example.amazonaws.com\r\nX-Amz-Date: 20150830T123600Z\r\n"
                            "Authorization: " SUITE_SCOPE "SignedHeaders=host;x-amz-date, "
                            "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b\r\n\r\n",
                            &suite, 0, error, sizeof error));
    /* post-x-www-form-urlencoded */
    static const char form[] =
        "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nHost: example.amazonaws.com\r\n"
        "X-Amz-Date: 20150830T123600Z\r\nAuthorization: " SUITE_SCOPE "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a\r\n\r\nParam1=value1";
    assert_true(sigv4_check(form, &suite, 0, error, sizeof error));

    char *other = mem_str(form);
    other[strlen(other) - 1] = '2';
    assert_false(sigv4_check(other, &suite, 0, error, sizeof error));
    assert_true(strncmp(error, "SignatureDoesNotMatch", 21) == 0);
    free(other);
    assert_false(sigv4_check(form, &suite, 1795440000, error, sizeof error));
    assert_true(strncmp(error, "RequestExpired", 14) == 0);
    struct sigv4_keys k = suite;
    k.secret = "another";
    assert_false(sigv4_check(form, &k, 0, error, sizeof error));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cluster_of_one_node),
        cmocka_unit_test(a_group_gives_its_primary),
        cmocka_unit_test(a_sharded_group_gives_its_configuration_endpoint),
        cmocka_unit_test(what_is_being_created_has_no_endpoint),
        cmocka_unit_test(an_endpoint_that_can_be_none_is_none),
        cmocka_unit_test(foreign_texts_are_safe),
        cmocka_unit_test(every_cut_of_an_answer_is_refused),
        cmocka_unit_test(an_answer_to_something_else_is_none),
        cmocka_unit_test(more_caches_than_are_taken),
        cmocka_unit_test(parameters_of_two_pages),
        cmocka_unit_test(what_xml_may_not_do),
        cmocka_unit_test(paths_and_texts),
        cmocka_unit_test(a_cluster_of_memorydb),
        cmocka_unit_test(what_memorydb_does_not_say_is_unknown),
        cmocka_unit_test(parameters_of_memorydb),
        cmocka_unit_test(errors_and_what_they_mean),
        cmocka_unit_test(errors_in_json),
        cmocka_unit_test(an_error_says_no_token_again),
        cmocka_unit_test(keys_of_sts_and_of_the_agents),
        cmocka_unit_test(keys_that_are_none),
        cmocka_unit_test(profiles_of_both_files),
        cmocka_unit_test(how_a_line_of_a_profile_is_read),
        cmocka_unit_test(the_first_file_of_profiles_counts),
        cmocka_unit_test(profiles_are_texts_of_a_limited_size),
        cmocka_unit_test(a_wrong_line_is_named_and_not_quoted),
        cmocka_unit_test(where_the_containers_agent_may_be),
        cmocka_unit_test(the_signature_is_reckoned_as_aws_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
