#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

void cluster_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

void cluster_syslog_auth_notice(const char *ident, const char *text) {
    openlog(ident, LOG_NDELAY, LOG_AUTH);
    syslog(LOG_AUTH | LOG_NOTICE, "%s", text);
    closelog();
}

int cluster_pidfd_open(pid_t process) {
    return (int)syscall(SYS_pidfd_open, process, 0);
}

int cluster_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

int cluster_spawn_close_from(void *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

int cluster_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}

int cluster_signalfd(const int *signals, int count) {
    sigset_t set;
    sigemptyset(&set);
    for (int index = 0; index < count; index++) sigaddset(&set, signals[index]);
    int code = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (code != 0) {
        errno = code;
        return -1;
    }
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int cluster_next_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t size = read(descriptor, &information, sizeof information);
    return size == sizeof information ? (int)information.ssi_signo : 0;
}

int cluster_spawn_change_folder(void *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np(actions, folder);
}

short cluster_spawn_in_session(void) {
    return POSIX_SPAWN_SETSID;
}

int cluster_pidfd_send_signal(int process, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, process, signal, NULL, 0);
}

long cluster_send_datagram(
    int descriptor, const char *name, unsigned int length, const void *bytes, unsigned long count) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (length == 0 || length >= sizeof address.sun_path) {
        errno = EINVAL;
        return -1;
    }
    memcpy(address.sun_path, name, length);
    // An abstract name ends with its length, a path with a zero byte.
    socklen_t size = offsetof(struct sockaddr_un, sun_path) + length + (name[0] == 0 ? 0 : 1);
    return sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&address, size);
}

void cluster_syslog_daemon(const char *ident, int level, const char *text) {
    openlog(ident, LOG_NDELAY | LOG_PID, LOG_DAEMON);
    syslog(LOG_DAEMON | level, "%s", text);
    closelog();
}

// Whether its code was changed when it was loaded.
static int has_changed_code(const struct dl_phdr_info *object) {
    for (int index = 0; index < object->dlpi_phnum; index++) {
        if (object->dlpi_phdr[index].p_type != PT_DYNAMIC) continue;
        const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[index].p_vaddr);
        for (; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL)) return 1;
        }
    }
    return 0;
}

static int let_go(struct dl_phdr_info *object, size_t size, void *page_size) {
    uintptr_t page = *(uintptr_t *)page_size;
    if (has_changed_code(object)) return 0;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[index];
        // What can be written may differ from the file. The kernel's own page of code has no file.
        if (part->p_type != PT_LOAD || part->p_flags & PF_W || object->dlpi_addr == getauxval(AT_SYSINFO_EHDR)) continue;
        uintptr_t start = (object->dlpi_addr + part->p_vaddr) & ~(page - 1);
        madvise((void *)start, object->dlpi_addr + part->p_vaddr + part->p_memsz - start, MADV_DONTNEED);
    }
    return 0;
}

void cluster_let_go_of_code(void) {
    uintptr_t page_size = sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(let_go, &page_size);
}

void cluster_let_go_of_memory(void) {
    malloc_trim(0);
}
