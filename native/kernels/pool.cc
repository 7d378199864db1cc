#include "pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>

namespace tunebook {
namespace {
struct Job {
  const std::function<void(int64_t, int64_t)>* body;
  int64_t count, piece;
  std::atomic<int64_t> next{0}, left;
  std::mutex mutex;
  std::condition_variable done;

  // Takes pieces until none is left; false when there was nothing to take.
  void work() {
    for (;;) {
      const int64_t begin = next.fetch_add(piece);
      if (begin >= count) return;
      const int64_t end = std::min(count, begin + piece);
      (*body)(begin, end);
      if (left.fetch_sub(end - begin) == end - begin) {
        std::lock_guard<std::mutex> lock(mutex);
        done.notify_all();
      }
    }
  }
};

class Pool {
 public:
  explicit Pool(int size) {
    for (int i = 1; i < size; i++) std::thread([this] { serve(); }).detach();
  }
  void run(const std::shared_ptr<Job>& job) {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      jobs_.push_back(job);
    }
    wake_.notify_all();
    job->work();
    {
      std::lock_guard<std::mutex> lock(mutex_);
      auto at = std::find(jobs_.begin(), jobs_.end(), job);
      if (at != jobs_.end()) jobs_.erase(at);
    }
    std::unique_lock<std::mutex> lock(job->mutex);
    job->done.wait(lock, [&] { return job->left.load() == 0; });
  }

 private:
  void serve() {
    for (;;) {
      std::shared_ptr<Job> job;
      {
        std::unique_lock<std::mutex> lock(mutex_);
        wake_.wait(lock, [this] { return !jobs_.empty(); });
        job = jobs_.front();
        if (job->next.load() >= job->count) {
          jobs_.pop_front();
          continue;
        }
      }
      job->work();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::shared_ptr<Job>> jobs_;
};

int wanted() {
  const char* set = std::getenv("TUNEBOOK_THREADS");
  const int given = set ? std::atoi(set) : 0;
  return given > 0 ? given : std::max(1u, std::thread::hardware_concurrency());
}
}  // namespace

int threads() {
  static const int count = wanted();
  return count;
}

void parallel(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body) {
  if (count <= 0) return;
  grain = std::max<int64_t>(grain, 1);
  if (count <= grain || threads() == 1) return body(0, count);
  // Never destroyed: its threads live as long as the process.
  static Pool* pool = new Pool(threads());
  auto job = std::make_shared<Job>();
  job->body = &body;
  job->count = count;
  // A few pieces per thread even out what other kernels take away meanwhile.
  job->piece = std::max(grain, (count + threads() * 4 - 1) / (threads() * 4));
  job->left = count;
  pool->run(job);
}
}  // namespace tunebook
