// Options of the sessions that the binding makes, which is compiled to call this in the place of TF_NewSessionOptions.
// TensorFlow rewrites a graph for each set of outputs that is asked of it. Our compiler has done that work: on a processor steps are no
// faster for it, but small models would spend most of their time on it. TUNEBOOK_REWRITING=1 leaves it on.
#include <cstdlib>
#include <cstring>
#include "tensorflow/c/c_api.h"

extern "C" TF_SessionOptions* TunebookSessionOptions() {
  TF_SessionOptions* options = TF_NewSessionOptions();
  const char* rewriting = std::getenv("TUNEBOOK_REWRITING");
  if (rewriting != nullptr && std::strcmp(rewriting, "1") == 0) return options;
  // ConfigProto { graph_options { rewrite_options { disable_meta_optimizer: true } } }: fields 10, 10 and 19.
  static const unsigned char config[] = {0x52, 5, 0x52, 3, 0x98, 1, 1};
  TF_Status* status = TF_NewStatus();
  TF_SetConfig(options, config, sizeof config, status);
  TF_DeleteStatus(status);
  return options;
}
