// What an operation needs to be known to TensorFlow, over its C interface for kernels.
#pragma once
#include <cstdio>
#include <string>
#include <vector>

#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_datatype.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"
#include "vector.h"

// Of tensorflow/c/kernels.h, which includes headers that a program has no use for: the functions that are used here.
extern "C" {
typedef struct TF_KernelBuilder TF_KernelBuilder;
typedef struct TF_OpKernelConstruction TF_OpKernelConstruction;
typedef struct TF_OpKernelContext TF_OpKernelContext;
TF_KernelBuilder* TF_NewKernelBuilder(const char* op, const char* device, void* (*create)(TF_OpKernelConstruction*),
                                      void (*compute)(void*, TF_OpKernelContext*), void (*destroy)(void*));
void TF_KernelBuilder_TypeConstraint(TF_KernelBuilder*, const char* attribute, TF_DataType, TF_Status*);
void TF_RegisterKernelBuilder(const char* name, TF_KernelBuilder*, TF_Status*);
int TF_NumInputs(TF_OpKernelContext*);
void TF_GetInput(TF_OpKernelContext*, int i, TF_Tensor** tensor, TF_Status*);
void TF_OpKernelContext_Failure(TF_OpKernelContext*, TF_Status*);
void TF_OpKernelConstruction_GetAttrInt32(TF_OpKernelConstruction*, const char*, int32_t*, TF_Status*);
void TF_OpKernelConstruction_GetAttrFloat(TF_OpKernelConstruction*, const char*, float*, TF_Status*);
void TF_OpKernelConstruction_GetAttrBool(TF_OpKernelConstruction*, const char*, unsigned char*, TF_Status*);
TF_Tensor* TF_AllocateOutput(TF_OpKernelContext*, int i, TF_DataType, const int64_t* dims, int rank, size_t bytes,
                             TF_Status*);
TF_Tensor* TF_ForwardInputOrAllocateOutput(TF_OpKernelContext*, const int* candidates, int count, int i,
                                           const int64_t* dims, int rank, int* forwarded, TF_Status*);
}

namespace tunebook {
class Status {
 public:
  Status() : status_(TF_NewStatus()) {}
  ~Status() { TF_DeleteStatus(status_); }
  Status(const Status&) = delete;
  operator TF_Status*() { return status_; }
  bool ok() const { return TF_GetCode(status_) == TF_OK; }
  void fail(const char* why) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, why); }

 private:
  TF_Status* status_;
};

// A tensor that a kernel holds while it computes.
class Tensor {
 public:
  explicit Tensor(TF_Tensor* tensor = nullptr) : tensor_(tensor) {}
  Tensor(Tensor&& other) noexcept : tensor_(other.tensor_) { other.tensor_ = nullptr; }
  Tensor(const Tensor&) = delete;
  ~Tensor() {
    if (tensor_) TF_DeleteTensor(tensor_);
  }
  template <class T>
  T* data() const {
    return static_cast<T*>(TF_TensorData(tensor_));
  }
  int rank() const { return TF_NumDims(tensor_); }
  int64_t dim(int axis) const { return TF_Dim(tensor_, axis < 0 ? axis + rank() : axis); }
  int64_t size() const { return TF_TensorElementCount(tensor_); }
  std::vector<int64_t> shape() const {
    std::vector<int64_t> dims;
    for (int i = 0; i < rank(); i++) dims.push_back(dim(i));
    return dims;
  }
  TF_DataType type() const { return TF_TensorType(tensor_); }
  size_t bytes() const { return TF_TensorByteSize(tensor_); }

 private:
  TF_Tensor* tensor_;
};

class Context {
 public:
  explicit Context(TF_OpKernelContext* context) : context_(context) {}
  ~Context() {
    if (!status_.ok()) TF_OpKernelContext_Failure(context_, status_);
  }
  Tensor input(int i) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, i, &tensor, status_);
    return Tensor(tensor);
  }
  int inputs() { return TF_NumInputs(context_); }
  Tensor output(int i, TF_DataType type, const std::vector<int64_t>& shape) {
    int64_t count = static_cast<int64_t>(TF_DataTypeSize(type));
    for (int64_t d : shape) count *= d;
    return Tensor(TF_AllocateOutput(context_, i, type, shape.data(), static_cast<int>(shape.size()), count, status_));
  }
  // An output in the memory of an input of the same type and shape that nobody else reads, else fresh.
  Tensor output_over(std::vector<int> candidates, int i, const Tensor& like) {
    const std::vector<int64_t> shape = like.shape();
    int forwarded = -1;
    return Tensor(TF_ForwardInputOrAllocateOutput(context_, candidates.data(), static_cast<int>(candidates.size()), i,
                                                  shape.data(), static_cast<int>(shape.size()), &forwarded, status_));
  }
  bool ok() const { return status_.ok(); }
  void fail(const char* why) { status_.fail(why); }

 private:
  TF_OpKernelContext* context_;
  Status status_;
};

class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* construction) : construction_(construction) {}
  float number(const char* name) {
    float value = 0;
    TF_OpKernelConstruction_GetAttrFloat(construction_, name, &value, status_);
    return value;
  }
  int32_t integer(const char* name) {
    int32_t value = 0;
    TF_OpKernelConstruction_GetAttrInt32(construction_, name, &value, status_);
    return value;
  }
  bool flag(const char* name) {
    unsigned char value = 0;
    TF_OpKernelConstruction_GetAttrBool(construction_, name, &value, status_);
    return value;
  }

 private:
  TF_OpKernelConstruction* construction_;
  Status status_;
};

// Output i has the shape of input In[i]; −1: unknown.
template <int... In>
void shapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  int i = 0;
  for (int from : {In...}) {
    TF_ShapeHandle* handle = TF_NewShapeHandle();
    if (from >= 0) {
      TF_ShapeInferenceContextGetInput(context, from, handle, status);
      TF_ShapeInferenceContextSetOutput(context, i, handle, status);
    }
    TF_DeleteShapeHandle(handle);
    i++;
  }
  if (((In < 0) || ...)) TF_ShapeInferenceContextSetUnknownShape(context, status);
}

struct Definition {
  const char* name;
  std::vector<const char*> inputs, outputs, attributes;
  void (*shape)(TF_ShapeInferenceContext*, TF_Status*);
  bool stateful = false;
};

inline void define(const Definition& d) {
  TF_OpDefinitionBuilder* builder = TF_NewOpDefinitionBuilder(d.name);
  for (const char* a : d.attributes) TF_OpDefinitionBuilderAddAttr(builder, a);
  for (const char* i : d.inputs) TF_OpDefinitionBuilderAddInput(builder, i);
  for (const char* o : d.outputs) TF_OpDefinitionBuilderAddOutput(builder, o);
  TF_OpDefinitionBuilderSetIsStateful(builder, d.stateful);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, d.shape);
  Status status;
  TF_RegisterOpDefinition(builder, status);
  if (!status.ok()) std::fprintf(stderr, "%s: %s\n", d.name, TF_Message(status));
}

// K: made from Attributes, with compute(Context&). `type` constrains attribute T; 0: the op has none.
template <class K>
void implement(const char* op, TF_DataType type = static_cast<TF_DataType>(0)) {
  auto create = [](TF_OpKernelConstruction* c) -> void* {
    Attributes attributes(c);
    return new K(attributes);
  };
  auto compute = [](void* kernel, TF_OpKernelContext* c) {
    Context context(c);
    static_cast<K*>(kernel)->compute(context);
  };
  auto destroy = [](void* kernel) { delete static_cast<K*>(kernel); };
  TF_KernelBuilder* builder = TF_NewKernelBuilder(op, "CPU", create, compute, destroy);
  Status status;
  if (type != 0) TF_KernelBuilder_TypeConstraint(builder, "T", type, status);
  const std::string name = std::string(op) + std::to_string(static_cast<int>(type));
  TF_RegisterKernelBuilder(name.c_str(), builder, status);
  if (!status.ok()) std::fprintf(stderr, "%s: %s\n", op, TF_Message(status));
}

template <class T>
constexpr TF_DataType type_of();
template <>
constexpr TF_DataType type_of<float>() {
  return TF_FLOAT;
}
template <>
constexpr TF_DataType type_of<bf16>() {
  return TF_BFLOAT16;
}
constexpr const char* FLOATS = "T: {float, bfloat16}";
}  // namespace tunebook
