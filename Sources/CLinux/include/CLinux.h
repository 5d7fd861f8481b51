#pragma once
// What the Glibc module leaves out. No header that Glibc has too, and no _GNU_SOURCE here: types would be defined twice.
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/types.h>

// pthread_setname_np(3) for the calling thread; at most 15 bytes count.
void cluster_name_thread(const char *name);

// syslog(3), which takes a variable number of arguments.
void cluster_syslog_auth_notice(const char *ident, const char *text);

// pidfd_open(2), which glibc has since 2.36: a descriptor that is readable once the process has ended, or -1.
int cluster_pidfd_open(pid_t process);

// pipe2(2) with O_CLOEXEC.
int cluster_pipe(int ends[2]);

// posix_spawn_file_actions_addclosefrom_np(3); `actions` is a posix_spawn_file_actions_t.
int cluster_spawn_close_from(void *actions, int first);

// memfd_create(2) with MFD_CLOEXEC: a file that is nowhere but in memory, or -1.
int cluster_memory_file(const char *name);

// Blocks the signals for the calling thread, and gives a signalfd(2) for them that does not block; or -1.
int cluster_signalfd(const int *signals, int count);

// The next signal that waits there, or 0.
int cluster_next_signal(int descriptor);

// posix_spawn_file_actions_addchdir_np(3).
int cluster_spawn_change_folder(void *actions, const char *folder);

// POSIX_SPAWN_SETSID: the program leads a session of its own.
short cluster_spawn_in_session(void);

// pidfd_send_signal(2): reaches the process that was opened, never another one that got its number.
int cluster_pidfd_send_signal(int process, int signal);

// Sends one datagram to a unix(7) address: a path, or an abstract name after its leading zero byte; or -1.
long cluster_send_datagram(int descriptor, const char *name, unsigned int length, const void *bytes, unsigned long count);

// syslog(3) with facility daemon; `level` is one of 2 (critical) to 7 (debug).
void cluster_syslog_daemon(const char *ident, int level, const char *text);

// madvise(2) on what was mapped of programs and libraries and cannot be written: it is read again where it is run again.
// A debugger's breakpoints go with it.
void cluster_let_go_of_code(void);

// malloc_trim(3).
void cluster_let_go_of_memory(void);
