/* A slow disk for the server under test: put before all other libraries (LD_PRELOAD), it
 * sleeps SLOW_FLUSH_MS milliseconds before every flush SQLite may ask for. It slows the
 * processes it is loaded into, so not a PostgreSQL that runs beside them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_for_the_disk(void)
{
    const char *asked = getenv("SLOW_FLUSH_MS");
    long microseconds = asked ? (long)(atof(asked) * 1000) : 0;
    struct timespec left = {microseconds / 1000000, microseconds % 1000000 * 1000};

    while (microseconds > 0 && nanosleep(&left, &left) != 0)
        ; /* a signal woke it: sleep what is left */
}

int fsync(int fd)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_the_disk();
    return next(fd);
}

int fdatasync(int fd)
{
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_the_disk();
    return next(fd);
}

int sync_file_range(int fd, off64_t offset, off64_t count, unsigned int flags)
{
    typedef int call(int, off64_t, off64_t, unsigned int);
    call *next = (call *)dlsym(RTLD_NEXT, "sync_file_range");
    wait_for_the_disk();
    return next(fd, offset, count, flags);
}
