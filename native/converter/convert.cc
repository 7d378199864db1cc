// The converter from SavedModel to LiteRT that lies inside TensorFlow's own library, called without its headers: settings go
// in as serialised protocol buffers. A program of its own: the library is a gigabyte, and what it can't convert may end it.
//   convert LIBRARY                                     prints the symbols that the library lacks; exit status 3 where any is
//   convert LIBRARY MODEL_FLAGS CONVERTER_FLAGS TO      both flags are files; 4: it was refused, and stderr says why
#include <dlfcn.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace {

// absl::Status as it travels: one word, which is 1 where all is well. That it has a destructor decides how it is returned.
struct Status {
  std::uintptr_t word = 1;
  ~Status() {}
};

// Room for a message whose size isn't known here; both are below a kilobyte.
struct Message {
  alignas(16) char room[8192];
};

using Construct = void (*)(void* self, void* arena);
using Parse = bool (*)(void* self, const void* bytes, int size);
using Convert = Status (*)(const void* model, void* converter, std::string* result, const void* functions);
using Describe = std::string (*)(std::uintptr_t word, int mode);

constexpr const char* kModelFlags = "_ZN6tflite10ModelFlagsC1EPN6google8protobuf5ArenaE";
constexpr const char* kConverterFlags = "_ZN6tflite14ConverterFlagsC1EPN6google8protobuf5ArenaE";
constexpr const char* kParse = "_ZN6google8protobuf11MessageLite14ParseFromArrayEPKvi";
constexpr const char* kConvert =
    "_ZN10tensorflow35ConvertSavedModelToTFLiteFlatBufferERKN6tflite10ModelFlagsERNS0_14ConverterFlagsEPNSt7__"
    "cxx1112basic_stringIcSt11char_traitsIcESaIcEEEPKNS_12quantization17PyFunctionLibraryE";
// Not needed: without it a refusal is told by its number.
constexpr const char* kDescribe = "_ZN4absl12lts_202508146Status12ToStringSlowB5cxx11EmNS0_18StatusToStringModeE";

bool Read(const char* path, std::string* into) {
  std::ifstream file(path, std::ios::binary);
  into->assign(std::istreambuf_iterator<char>(file), {});
  return file.good() || file.eof();
}

int Run(void* library, char** given) {
  std::string model_bytes, converter_bytes, result;
  if (!Read(given[0], &model_bytes) || !Read(given[1], &converter_bytes)) return 2;
  static Message model, converter;
  reinterpret_cast<Construct>(dlsym(library, kModelFlags))(&model, nullptr);
  reinterpret_cast<Construct>(dlsym(library, kConverterFlags))(&converter, nullptr);
  const auto parse = reinterpret_cast<Parse>(dlsym(library, kParse));
  if (!parse(&model, model_bytes.data(), static_cast<int>(model_bytes.size())) ||
      !parse(&converter, converter_bytes.data(), static_cast<int>(converter_bytes.size())))
    return 2;
  const Status status = reinterpret_cast<Convert>(dlsym(library, kConvert))(&model, &converter, &result, nullptr);
  if (status.word != 1 || result.empty()) {
    const auto describe = reinterpret_cast<Describe>(dlsym(library, kDescribe));
    std::cerr << "\nREFUSED "
              << (describe != nullptr ? describe(status.word, 1) : "status " + std::to_string(status.word)) << std::endl;
    return 4;
  }
  std::ofstream to(given[2], std::ios::binary);
  to << result;
  to.close();
  return to.good() ? 0 : 5;
}

}  // namespace

int main(int count, char** given) {
  if (count != 2 && count != 5) return 2;
  void* library = dlopen(given[1], RTLD_LAZY | RTLD_GLOBAL);
  if (library == nullptr) {
    std::cerr << dlerror() << std::endl;
    return 3;
  }
  bool whole = true;
  for (const char* symbol : {kModelFlags, kConverterFlags, kParse, kConvert})
    if (dlsym(library, symbol) == nullptr) {
      std::cout << symbol << std::endl;
      whole = false;
    }
  const int said = !whole ? 3 : count == 2 ? 0 : Run(library, given + 2);
  // The library's own end takes as long as its beginning.
  std::fflush(nullptr);
  _Exit(said);
}
