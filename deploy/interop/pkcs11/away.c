// SPDX-License-Identifier: Apache-2.0

// A PKCS#11 module in front of another: while a file is there, its token has been removed. What it stands in front of is named by
// AWAY_MODULE, the file by AWAY_FILE.
#include <dlfcn.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

typedef unsigned long ck;
typedef ck (*call)(ck, ck, ck, ck, ck);

enum { DEVICE_ERROR = 0x30, DEVICE_REMOVED = 0x32 };

// Places in the function list, PKCS#11 2.40 section 6.
enum { OPEN_SESSION = 12, LOGIN = 18, FIND_OBJECTS_INIT = 26, SIGN_INIT = 42, SIGN = 43, FUNCTIONS = 68 };

struct function_list {
  unsigned char version[2];
  call functions[FUNCTIONS];
};

static struct function_list ours;
static struct function_list *theirs;

static int is_away(void) {
  const char *file = getenv("AWAY_FILE");
  return file != NULL && access(file, F_OK) == 0;
}

// Where a function has fewer arguments, the further ones are not looked at.
#define UNLESS_AWAY(name, place)                                                  \
  static ck name(ck a, ck b, ck c, ck d, ck e) {                                  \
    return is_away() ? DEVICE_REMOVED : theirs->functions[place](a, b, c, d, e); \
  }

UNLESS_AWAY(open_session, OPEN_SESSION)
UNLESS_AWAY(login, LOGIN)
UNLESS_AWAY(find_objects_init, FIND_OBJECTS_INIT)
UNLESS_AWAY(sign_init, SIGN_INIT)
UNLESS_AWAY(sign, SIGN)

ck C_GetFunctionList(struct function_list **list) {
  if (theirs == NULL) {
    const char *module = getenv("AWAY_MODULE");
    void *library = module == NULL ? NULL : dlopen(module, RTLD_NOW | RTLD_LOCAL);
    ck (*get)(struct function_list **) = library == NULL ? NULL : dlsym(library, "C_GetFunctionList");
    if (get == NULL || get(&theirs) != 0) {
      return DEVICE_ERROR;
    }
    ours = *theirs;
    ours.functions[OPEN_SESSION] = open_session;
    ours.functions[LOGIN] = login;
    ours.functions[FIND_OBJECTS_INIT] = find_objects_init;
    ours.functions[SIGN_INIT] = sign_init;
    ours.functions[SIGN] = sign;
  }
  *list = &ours;
  return 0;
}
