/* pane_kinds.c - the list of panes. */
#include "tui/panes/pane.h"

const struct pane_ops *const pane_kinds[] = {&recovery_pane_ops,
                                             &pods_pane_ops,
                                             &cores_pane_ops,
                                             &gcs_pane_ops,
                                             &requests_pane_ops,
                                             &events_pane_ops,
                                             &doctor_pane_ops,
                                             &lint_pane_ops,
                                             &timeline_pane_ops,
                                             &stage_pane_ops,
                                             NULL};
