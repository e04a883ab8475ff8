/*
 * chat_page.h - the chat page beside a RayService, as deploy/assets/gradio/gradio.yaml deploys it: the Service
 * NAME-chat with this port, and pods with the label app.kubernetes.io/name of this value.
 */
#ifndef RAYDECK_WORLD_CHAT_PAGE_H
#define RAYDECK_WORLD_CHAT_PAGE_H

enum { CHAT_PAGE_PORT = 7860 };
#define CHAT_PAGE_SUFFIX "-chat"     /* of its Service's name, after the RayService's */
#define CHAT_PAGE_APP "raydeck-chat" /* app.kubernetes.io/name; app.kubernetes.io/instance is the RayService */

#endif
