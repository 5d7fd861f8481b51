#pragma once
#include <zmq.h>

/* libzmq 4.3 knows this option, and its header keeps it among the drafts (zmq_setsockopt(3)). */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif
