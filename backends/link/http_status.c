/* http_status.c - maps HTTP status codes to err. */
#include "backends/link/http.h"

enum err http_status_err(long status)
{
    if (status >= 200 && status < 300) return ERR_OK;
    switch (status) {
    case 401: return ERR_AUTH;
    case 403: return ERR_FORBIDDEN;
    case 404: return ERR_NOT_FOUND;
    case 408:
    case 504: return ERR_TIMEOUT;
    case 409: return ERR_CONFLICT;
    case 410: return ERR_GONE;
    case 413: return ERR_LIMIT;
    case 429: return ERR_SERVER;
    default: return status >= 500 && status < 600 ? ERR_SERVER : ERR_PROTOCOL;
    }
}
