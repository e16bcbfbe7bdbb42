// The names of metal-cpp that an extension of MLX uses, for the simulator: sizes, types of function constants, and
// pipelines and libraries as handles. Nothing of Metal's own is here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

struct msim_kernel;

namespace NS {

using UInteger = std::uintptr_t;
using Integer = std::intptr_t;

}  // namespace NS

namespace MTL {

struct Size {
  NS::UInteger width, height, depth;

  Size() = default;
  Size(NS::UInteger width, NS::UInteger height, NS::UInteger depth) : width(width), height(height), depth(depth) {}
  static Size Make(NS::UInteger width, NS::UInteger height, NS::UInteger depth) { return {width, height, depth}; }
};

// Metal's numbers, for function constants.
enum DataType : NS::UInteger {
  DataTypeNone = 0,
  DataTypeFloat = 3,
  DataTypeHalf = 16,
  DataTypeInt = 29,
  DataTypeUInt = 33,
  DataTypeShort = 37,
  DataTypeUShort = 41,
  DataTypeChar = 45,
  DataTypeUChar = 49,
  DataTypeBool = 53,
  DataTypeLong = 81,
  DataTypeULong = 85,
  DataTypeBFloat = 121,
};

class Buffer;
class Function;
class Device;

// The kernels of one folder: on a Mac they are one .metallib.
class Library {
 public:
  Library(std::string name, std::string folder) : name_(std::move(name)), folder_(std::move(folder)) {}
  const std::string& name() const { return name_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string name_, folder_;
};

// The value of a function constant, copied when the pipeline is made.
struct FunctionConstant {
  std::uint32_t index;
  DataType type;
  std::vector<char> value;
};

// A kernel with its function constants.
class ComputePipelineState {
 public:
  ComputePipelineState(const msim_kernel* kernel, std::string file, std::vector<FunctionConstant> constants)
      : kernel_(kernel), file_(std::move(file)), constants_(std::move(constants)) {}

  NS::UInteger maxTotalThreadsPerThreadgroup() const;
  NS::UInteger threadExecutionWidth() const { return 32; }
  NS::UInteger staticThreadgroupMemoryLength() const { return 0; }  // not known before the kernel runs

  const msim_kernel* kernel() const { return kernel_; }
  const std::string& file() const { return file_; }
  const std::vector<FunctionConstant>& constants() const { return constants_; }

 private:
  const msim_kernel* kernel_;
  std::string file_;
  std::vector<FunctionConstant> constants_;
};

}  // namespace MTL
