// Molecular dynamics of independent replicas and swap Monte Carlo of independent chains, one source for two compilers.
//
// nvcc or NVRTC make the GPU kernels. A C++ compiler makes the same algorithm for the processor: GPU threads become a
// few host threads (by default a single one, which walks through every phase as a loop), and a warp has WARP_THREADS of
// them (by default one) instead of 32.
// Macros given on the command line: DIM (2 or 3); DOUBLE for float64; LINEAR for potentials with a term in r; on the
// GPU also the kernel's name, its THREADS, BLOCKS (resident on a multiprocessor) and PER_THREAD (particles a thread).
//
// A coordinate is a whole number, the fraction of the box edge times 2^32 (2^64 in float64): differences wrap to the
// nearest image by themselves, and a step is exact to 4e-10 of the edge wherever the particle is. Sums over particles
// that steer the run (kinetic energy, momentum) are sums of whole numbers, so that no order of threads changes a bit.

#ifdef __CUDACC__

#define INLINE static __device__ __forceinline__
#define METHOD __device__ __forceinline__
#define KERNEL(name) extern "C" __global__ void __launch_bounds__(THREADS, BLOCKS) name
#define SHARED_MEMORY(name) extern __shared__ __align__(16) char name[]
constexpr int WARP = 32;
INLINE int thread_index() { return threadIdx.x; }
INLINE int block_index() { return blockIdx.x; }
INLINE int block_threads() { return blockDim.x; }
INLINE void sync_block() { __syncthreads(); }
INLINE void sync_warp() { __syncwarp(); }
template <class T> INLINE T warp_sum(T value) {
#pragma unroll
    for (int offset = WARP / 2; offset > 0; offset /= 2) value += __shfl_xor_sync(0xffffffffu, value, offset);
    return value;
}
template <class T> INLINE T warp_broadcast(T value, int from) { return __shfl_sync(0xffffffffu, value, from); }
INLINE unsigned warp_flags(unsigned flags) {
#pragma unroll
    for (int offset = WARP / 2; offset > 0; offset /= 2) flags |= __shfl_xor_sync(0xffffffffu, flags, offset);
    return flags;
}
INLINE int fetch_add(int* target, int value) { return atomicAdd(target, value); }
INLINE unsigned fetch_add(unsigned* target, unsigned value) { return atomicAdd(target, value); }
INLINE void add(long long* target, long long value) {
    atomicAdd((unsigned long long*)target, (unsigned long long)value);
}
INLINE void set_bits(unsigned* target, unsigned bits) { atomicOr(target, bits); }
INLINE unsigned arrivals(unsigned* target) { return *(volatile unsigned*)target; }
INLINE void fence() { __threadfence(); }
INLINE void wait_a_moment() {}
INLINE unsigned multiply_high(unsigned a, unsigned b) { return __umulhi(a, b); }
INLINE unsigned long long multiply_high(unsigned long long a, unsigned long long b) { return __umul64hi(a, b); }
INLINE float reciprocal(float x) { return __fdividef(1.0f, x); }
INLINE double reciprocal(double x) { return 1.0 / x; }
INLINE float reciprocal_root(float x) { return rsqrtf(x); }
INLINE double reciprocal_root(double x) { return rsqrt(x); }
INLINE int nearest(float x) { return __float2int_rn(x); }
INLINE long long nearest(double x) { return __double2ll_rn(x); }

#else

#include <barrier>
#include <cmath>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#define INLINE static inline
#define METHOD inline
#define KERNEL(name) static void name
#define SHARED_MEMORY(name) char* name = here.memory
#ifndef WARP_THREADS
#define WARP_THREADS 1
#endif
constexpr int WARP = WARP_THREADS;
struct Lanes {
    std::barrier<> barrier{WARP};
    double value[WARP];
};
struct Place {
    int thread, threads, block;
    std::barrier<>* barrier;
    Lanes* warp;
    char* memory;
};
static thread_local Place here;
INLINE int thread_index() { return here.thread; }
INLINE int block_index() { return here.block; }
INLINE int block_threads() { return here.threads; }
INLINE void sync_block() {
    if (here.threads > 1) here.barrier->arrive_and_wait();
}
INLINE void sync_warp() {
    if (WARP > 1) here.warp->barrier.arrive_and_wait();
}
template <class T> INLINE T warp_broadcast(T value, int from) {
    if (WARP == 1) return value;
    static_assert(sizeof(T) <= sizeof(double));
    std::memcpy(here.warp->value + here.thread % WARP, &value, sizeof(T));
    sync_warp();
    std::memcpy(&value, here.warp->value + from, sizeof(T));
    sync_warp();
    return value;
}
template <class T> INLINE T warp_sum(T value) {
    for (int offset = WARP / 2; offset > 0; offset /= 2) value += warp_broadcast(value, here.thread % WARP ^ offset);
    return value;
}
INLINE unsigned warp_flags(unsigned flags) {
    for (int offset = WARP / 2; offset > 0; offset /= 2) flags |= warp_broadcast(flags, here.thread % WARP ^ offset);
    return flags;
}
INLINE int fetch_add(int* target, int value) { return __atomic_fetch_add(target, value, __ATOMIC_RELAXED); }
INLINE unsigned fetch_add(unsigned* target, unsigned value) {
    return __atomic_fetch_add(target, value, __ATOMIC_ACQ_REL);
}
INLINE void add(long long* target, long long value) { __atomic_fetch_add(target, value, __ATOMIC_RELAXED); }
INLINE void set_bits(unsigned* target, unsigned bits) { __atomic_fetch_or(target, bits, __ATOMIC_RELAXED); }
INLINE unsigned arrivals(unsigned* target) { return __atomic_load_n(target, __ATOMIC_ACQUIRE); }
INLINE void fence() {}
INLINE void wait_a_moment() { std::this_thread::yield(); }
INLINE unsigned multiply_high(unsigned a, unsigned b) { return unsigned((unsigned long long)a * b >> 32); }
INLINE unsigned long long multiply_high(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
INLINE float reciprocal(float x) { return 1.0f / x; }
INLINE double reciprocal(double x) { return 1.0 / x; }
INLINE float reciprocal_root(float x) { return 1.0f / std::sqrt(x); }
INLINE double reciprocal_root(double x) { return 1.0 / std::sqrt(x); }
INLINE int nearest(float x) { return (int)std::lrint(x); }
INLINE long long nearest(double x) { return std::llrint(x); }
using std::exp;
using std::expm1;
using std::fabs;
template <class T> INLINE T min(T a, T b) { return a < b ? a : b; }

#endif

#ifdef DOUBLE
typedef double real;
typedef unsigned long long fraction;
typedef long long displacement;
constexpr int POINT_ALIGNMENT = DIM == 2 ? 16 : 8;
#else
typedef float real;
typedef unsigned fraction;
typedef int displacement;
constexpr int POINT_ALIGNMENT = DIM == 2 ? 8 : 16;
#endif

#ifdef LINEAR
constexpr bool HAS_LINEAR_TERM = true;
#else
constexpr bool HAS_LINEAR_TERM = false;
#endif
constexpr int MAX_TYPES = 8, CHAIN = 3;
constexpr int MOMENTUM_INTERVAL = 1000;  // steps after which rounding errors in the total momentum are removed
constexpr unsigned BLEW_UP = 1, LIST_FULL = 2, CELL_FULL = 4, MOVED = 8;
constexpr int BLOCK_BYTES = 2304;  // at the start of a block's shared memory; the host counts with it
constexpr double SUM_UNITS = 4294967296.0;  // whole numbers per unit of velocity in the momentum sum

struct alignas(POINT_ALIGNMENT) Point { fraction x[DIM]; };
struct Vector { real x[DIM]; };
struct Coefficient { real inverse_sigma2, push; };  // push = strength / sigma^2

// Constants of the liquid. V_ab(r) = strength [s^-12 - s^-6 + c0 + c1 s + c2 s^2 + c4 s^4], s = r / sigma_ab < cutoff.
// The host writes these structures as NumPy records: every member has eight bytes.
struct Liquid {
    long long number, types, grid[3], cells, cell_capacity, capacity;
    double box[3], cutoff2, constants[4], skin;
    const double *inverse_sigma2, *strength, *reach2;  // (types, types)
};

struct Run {
    Liquid liquid;
    long long team, steps, first_step, thermostatted;
    double time_step, temperature, freedom, kinetic_unit, mass[3], inverse_mass[3];
    Point *position, *reference;        // (replicas, N)
    Vector *velocity, *force;           // (replicas, N)
    int *image, *count;                 // (replicas, N, DIM), (replicas, N)
    void *list;                         // (replicas, capacity / 2, N, 2)
    const unsigned char* type;          // (replicas, N)
    double *chain;                      // (replicas, 8): rates, coordinates, sum of v^2
    unsigned *status;                   // (replicas,)
    long long *ready, *rebuilds;        // (replicas,): whether list and forces are there; lists built so far
    double *energy;                     // (replicas, N), written when `observe` is set
    long long observe;
    int *cell_count, *cell_member;      // scratch of teams: (replicas, cells), (replicas, cells, cell_capacity)
    void* mailbox;                      // scratch of teams, zero at the start of a launch: (replicas, 16) long long
};

struct Chains {
    Liquid liquid;
    long long attempts, first_attempt, seed, exchanges;
    double temperature, max_displacement, swap_fraction;
    Point *position, *reference;        // (chains, N)
    unsigned char* type;                // (chains, N)
    int *member, *first;                // (chains, N) particles sorted by type; (types + 1,) where each type begins
    const int* exchange;                // (exchanges, 2)
    int *list, *count;                  // (chains, N, capacity), (chains, N)
    int *cell_count, *cell_member;
    long long *counts;                  // (chains, 4): displacements tried, accepted; exchanges tried, accepted
    unsigned *status;
    long long *ready;
    double *energy;                     // (chains,)
    const long long* name;              // (chains,): the number that a chain's random numbers are keyed with
};

struct Mailbox {
    long long sum[3];
    unsigned flags[3];
    unsigned arrived;
};

struct Block {
    Mailbox mailbox;
    double chain[8], growth[2];
    Coefficient table[MAX_TYPES * MAX_TYPES];
    real strength[MAX_TYPES * MAX_TYPES], reach2[MAX_TYPES * MAX_TYPES];
};
static_assert(sizeof(Block) <= BLOCK_BYTES, "the host reserves too little shared memory");

// What a thread needs to know about pairs.
struct Pairs {
    const Coefficient* table;
    const real *strength, *reach2;
    int types;
    real scale[DIM], cutoff2, c0, c1, c2, c4;

    METHOD Pairs(const Liquid& liquid, const Block* block)
        : table(block->table), strength(block->strength), reach2(block->reach2), types(liquid.types) {
        for (int k = 0; k < DIM; ++k) scale[k] = real(liquid.box[k] / (double(~fraction(0)) + 1.0));
        cutoff2 = real(liquid.cutoff2);
        c0 = real(liquid.constants[0]), c1 = real(liquid.constants[1]);
        c2 = real(liquid.constants[2]), c4 = real(liquid.constants[3]);
    }

    static METHOD void fill_tables(const Liquid& liquid, Block* block) {
        for (int k = thread_index(); k < int(liquid.types * liquid.types); k += block_threads()) {
            block->table[k] = {real(liquid.inverse_sigma2[k]), real(liquid.strength[k] * liquid.inverse_sigma2[k])};
            block->strength[k] = real(liquid.strength[k]);
            block->reach2[k] = real(liquid.reach2[k]);
        }
    }

    METHOD real separation(const Point& a, const Point& b, Vector& d) const {
        real r2 = 0;
#pragma unroll
        for (int k = 0; k < DIM; ++k) {
            d.x[k] = scale[k] * real(displacement(a.x[k] - b.x[k]));
            r2 += d.x[k] * d.x[k];
        }
        return r2;
    }

    METHOD void add_force(const Point& own, const Point& other, const Coefficient& c, Vector& force) const {
        Vector d;
        const real s2 = separation(own, other, d) * c.inverse_sigma2;
        const real inverse2 = reciprocal(s2), inverse6 = inverse2 * inverse2 * inverse2;
        // -V'(r) / r in units of strength / sigma^2
        real push = (12 * inverse6 - 6) * (inverse6 * inverse2) - (2 * c2 + 4 * c4 * s2);
        if (HAS_LINEAR_TERM) push -= c1 * reciprocal_root(s2);
        // A list of odd length ends with the particle itself, at distance 0.
        push = s2 < cutoff2 && s2 > 0 ? push * c.push : real(0);
#pragma unroll
        for (int k = 0; k < DIM; ++k) force.x[k] += push * d.x[k];
    }

    METHOD real energy(real r2, int a, int b) const {
        const real s2 = r2 * table[a * types + b].inverse_sigma2;
        if (!(s2 < cutoff2)) return 0;
        const real inverse2 = reciprocal(s2), inverse6 = inverse2 * inverse2 * inverse2;
        real value = (inverse6 - 1) * inverse6 + c0 + s2 * (c2 + c4 * s2);
        if (HAS_LINEAR_TERM) value += c1 * s2 * reciprocal_root(s2);
        return value * strength[a * types + b];
    }

    METHOD real energy(const Point& own, const Point& other, int a, int b) const {
        Vector d;
        return energy(separation(own, other, d), a, b);
    }
};

// The threads that work on one replica: a block, or several blocks that meet at counters in global memory.
template <bool SHARED> struct Team {
    int first, stride, number, blocks, phase = 0;
    unsigned goal = 0;
    Mailbox* mail;

    METHOD Team(int number, int blocks, Mailbox* mail) : number(number), blocks(blocks), mail(mail) {
        first = (SHARED ? 0 : block_index() % blocks * block_threads()) + thread_index();
        stride = (SHARED ? 1 : blocks) * block_threads();
    }
    METHOD bool leads() const { return first == 0; }
    METHOD constexpr int slots() const {
#ifdef __CUDACC__
        if (SHARED) return PER_THREAD;
#endif
        return (number - first + stride - 1) / stride;
    }
    METHOD void barrier() {
        sync_block();
        if (SHARED || blocks == 1) return;
        goal += blocks;
        if (thread_index() == 0) {
            fence();
            fetch_add(&mail->arrived, 1u);
            while (arrivals(&mail->arrived) < goal) wait_a_moment();
            fence();
        }
        sync_block();
    }
    // A barrier that also joins every thread's flags and sum. Three slots in turn: one is being written, one may still
    // be read by threads that are late, and one, which nobody can be reading any more, is cleared.
    METHOD unsigned combine(unsigned flags, long long value, long long& total) {
        const int now = phase, next = phase == 2 ? 0 : phase + 1;
        phase = next;
        if (leads()) mail->flags[next] = 0, mail->sum[next] = 0;
        flags = warp_flags(flags);
        value = warp_sum(value);
        if (thread_index() % WARP == 0) {
            if (flags) set_bits(&mail->flags[now], flags);
            if (value) add(&mail->sum[now], value);
        }
        barrier();
        total = *(volatile long long*)&mail->sum[now];
        return *(volatile unsigned*)&mail->flags[now];
    }
    METHOD unsigned combine(unsigned flags) {
        long long unused;
        return combine(flags, 0, unused);
    }
};

#ifdef __CUDACC__
#define FOR_PARTICLES(slot, i) \
    _Pragma("unroll") for (int slot = 0, i = team.first; slot < team.slots(); ++slot, i += team.stride) \
        if (i < team.number)
#else
#define FOR_PARTICLES(slot, i) for (int slot = 0, i = team.first; i < team.number; ++slot, i += team.stride)
#endif

// What belongs to one particle alone: in registers where every thread has a fixed number of them.
template <bool SHARED, class T> struct Own {
    T* memory;
    METHOD Own(T* memory) : memory(memory) {}
    METHOD T& operator()(int, int i) { return memory[i]; }
    METHOD void load(int, int) {}
    METHOD void save(int, int) {}
};
#ifdef __CUDACC__
template <class T> struct Own<true, T> {
    T* memory;
    T value[PER_THREAD];
    METHOD Own(T* memory) : memory(memory) {}
    METHOD T& operator()(int slot, int) { return value[slot]; }
    METHOD void load(int slot, int i) { value[slot] = memory[i]; }
    METHOD void save(int slot, int i) { memory[i] = value[slot]; }
};
#endif

// ---- cells

template <class Index> struct Cells {
    int* count;
    Index* member;
    int total, capacity, grid[DIM];

    METHOD Cells(const Liquid& liquid, int* count, Index* member) : count(count), member(member) {
        total = liquid.cells, capacity = liquid.cell_capacity;
        for (int k = 0; k < DIM; ++k) grid[k] = liquid.grid[k];
    }
    METHOD int along(const Point& point, int k) const { return multiply_high(point.x[k], fraction(grid[k])); }

    // Sort all particles, written as entry(i), into cells; within a cell by entry, so that no order of threads shows.
    template <class Team, class Entry> METHOD unsigned fill(Team& team, const Point* position, Entry entry) {
        unsigned flags = 0;
        for (int c = team.first; c < total; c += team.stride) count[c] = 0;
        team.barrier();
        for (int i = team.first; i < team.number; i += team.stride) {
            int c = 0;
            for (int k = 0; k < DIM; ++k) c = c * grid[k] + along(position[i], k);
            const int place = fetch_add(&count[c], 1);
            if (place < capacity) member[c * capacity + place] = entry(i);
            else flags = CELL_FULL;
        }
        team.barrier();
        for (int c = team.first; c < total; c += team.stride) {
            Index* cell = member + c * capacity;
            for (int m = 1; m < min(count[c], capacity); ++m) {
                const Index moving = cell[m];
                int hole = m;
                for (; hole > 0 && cell[hole - 1] > moving; --hole) cell[hole] = cell[hole - 1];
                cell[hole] = moving;
            }
        }
        team.barrier();
        return flags;
    }

    // Call visit(entry) for every particle in the distinct cells around a point.
    template <class Visit> METHOD void around(const Point& point, Visit visit) const {
        int own[DIM];
        for (int k = 0; k < DIM; ++k) own[k] = along(point, k);
#pragma unroll 1
        for (int code = 0; code < (DIM == 2 ? 9 : 27); ++code) {
            // Offsets 0, +1, -1; along an axis of one or two cells the later ones repeat the earlier.
            int cell = 0, rest = code;
            bool distinct = true;
            for (int k = 0; k < DIM; ++k, rest /= 3) {
                const int choice = rest % 3;
                distinct = distinct && choice < grid[k];
                int c = own[k] + (choice == 2 ? -1 : choice);
                c += c < 0 ? grid[k] : c >= grid[k] ? -grid[k] : 0;
                cell = cell * grid[k] + c;
            }
            if (!distinct) continue;
            const int members = min(count[cell], capacity);
#pragma unroll 1
            for (int m = 0; m < members; ++m) visit(member[cell * capacity + m]);
        }
    }
};

// ---- molecular dynamics

INLINE double growth_of(double x) {  // exp(x) - 1; the series is exact to float64 where the chain's exponents lie
    if (fabs(x) > 0.01) return expm1(x);
    return x * (1 + x / 2 * (1 + x * (1.0 / 3) * (1 + x / 4 * (1 + x * 0.2 * (1 + x * (1.0 / 6))))));
}

// Half a time step of the Nose-Hoover chain; returns the growth of all velocities, factor - 1.
// state: rates (3), coordinates (3), sum of v^2, which is scaled along. The order is that of the Numba version.
INLINE double chain_half_step(double* state, const Run& run) {
    double *rate = state, *coordinate = state + CHAIN, &twice_kinetic = state[2 * CHAIN];
    const double *mass = run.mass, *inverse = run.inverse_mass;
    const double quarter = 0.25 * run.time_step, eighth = 0.125 * run.time_step, T = run.temperature;
    constexpr int last = CHAIN - 1;
    double growth = 0;
    rate[last] += quarter * (mass[last - 1] * rate[last - 1] * rate[last - 1] - T) * inverse[last];
    for (int pass = 0; pass < 2; ++pass) {
        for (int step = 0; step < last; ++step) {
            const int k = pass ? step : last - 1 - step;
            const double drag = 1 + growth_of(-eighth * rate[k + 1]);
            const double drive =
                k == 0 ? twice_kinetic - run.freedom * T : mass[k - 1] * rate[k - 1] * rate[k - 1] - T;
            rate[k] = (rate[k] * drag + quarter * drive * inverse[k]) * drag;
        }
        if (pass) break;
        growth = growth_of(-0.5 * run.time_step * rate[0]);
        twice_kinetic *= (1 + growth) * (1 + growth);
        for (int k = 0; k < CHAIN; ++k) coordinate[k] += 0.5 * run.time_step * rate[k];
    }
    rate[last] += quarter * (mass[last - 1] * rate[last - 1] * rate[last - 1] - T) * inverse[last];
    return growth;
}

// A list entry holds a neighbour's number and, above `BITS`, its type; a word of the list holds two entries.
template <bool SHARED> struct Listed {
    typedef unsigned long long word;
    static constexpr int BITS = 28, HALF = 32;
};
template <> struct Listed<true> {
    typedef unsigned word;
    static constexpr int BITS = 12, HALF = 16;
};

template <bool SHARED> struct Replica {
    typedef typename Listed<SHARED>::word word;
    static constexpr int BITS = Listed<SHARED>::BITS, HALF = Listed<SHARED>::HALF;
    static constexpr unsigned MASK = (1u << BITS) - 1, TYPE_MASK = (1u << (HALF - BITS)) - 1;

    const Run& run;
    Block* block;
    Team<SHARED>& team;
    const Pairs pairs;
    Point* position;
    word* list;
    const unsigned char* type;
    int* image;
    Own<SHARED, Vector> velocity, force;
    Own<false, Point> reference;  // looked at once a step: in global memory, to save registers
   
    Own<SHARED, int> count;
    int capacity, rebuilds = 0;

    METHOD Replica(const Run& run, Block* block, Team<SHARED>& team, long long base)
        : run(run), block(block), team(team), pairs(run.liquid, block), position(run.position + base),
          type(run.type + base), image(run.image + base * DIM), velocity(run.velocity + base),
          force(run.force + base), reference(run.reference + base), count(run.count + base),
          capacity(run.liquid.capacity) {
        list = (word*)run.list + base * (capacity / 2);
    }

    template <class Index> METHOD unsigned build(Cells<Index>& cells) {
        unsigned flags = cells.fill(team, position, [&](int i) { return unsigned(i) | unsigned(type[i]) << BITS; });
        FOR_PARTICLES(slot, i) {
            const Point own = position[i];
            const unsigned myself = unsigned(i) | unsigned(type[i]) << BITS;
            const real* reach2 = pairs.reach2 + type[i] * pairs.types;
            word* next = list + i;
            word pending = 0;
            int found = 0;
            cells.around(own, [&](unsigned other) {
                Vector unused;
                const real r2 = pairs.separation(own, position[other & MASK], unused);
                if (!(r2 < reach2[other >> BITS]) || other == myself) return;
                if (r2 == 0) flags |= BLEW_UP;
                if (found++ % 2 == 0) {
                    pending = other;
                } else {
                    if (found <= capacity) *next = pending | word(other) << HALF;
                    next += team.number;
                }
            });
            if (found > capacity) flags |= LIST_FULL;
            else if (found % 2) *next = pending | word(myself) << HALF;
            count(slot, i) = found;
            reference(slot, i) = own;
        }
        ++rebuilds;
        return team.combine(flags);
    }

    METHOD Vector new_force(int slot, int i) {
        const Point own = position[i];
        const Coefficient* row = pairs.table + type[i] * pairs.types;
        const int entries = count(slot, i);
        const word* next = list + i;
        Vector sum = {};
#pragma unroll 1
        for (int k = 0; k < entries; k += 2, next += team.number) {
            const word both = *next;
            const unsigned one = unsigned(both), two = unsigned(both >> HALF);
            const Point first = position[one & MASK], second = position[two & MASK];
            pairs.add_force(own, first, row[one >> BITS & TYPE_MASK], sum);
            pairs.add_force(own, second, row[two >> BITS], sum);
        }
        return sum;
    }

    // Grow, kick and move one particle by a time step; returns flags.
    METHOD unsigned move(int slot, int i, real closing, real opening, real half, const real* advance, real skin2) {
        Vector v = velocity(slot, i);
        const Vector f = force(slot, i);
        Point point = position[i];
        bool sane = true;
#pragma unroll
        for (int k = 0; k < DIM; ++k) {
            v.x[k] += v.x[k] * closing;
            v.x[k] += v.x[k] * opening;
            v.x[k] += half * f.x[k];
            // Half a diameter in one step passes through neighbours; nan fails the comparison too.
            const bool good = fabs(2 * half * v.x[k]) < real(0.5);
            sane = sane && good;
            const displacement step = good ? nearest(v.x[k] * advance[k]) : 0;
            const fraction old = point.x[k];
            point.x[k] = old + fraction(step);
            if (step >= 0 ? point.x[k] < old : point.x[k] > old) fetch_add(&image[i * DIM + k], step >= 0 ? 1 : -1);
        }
        velocity(slot, i) = v;
        position[i] = point;
        Vector unused;
        return (sane ? 0 : BLEW_UP) | (pairs.separation(point, reference(slot, i), unused) > skin2 ? MOVED : 0);
    }

    METHOD long long kinetic(const Vector& v, double units) {
        double sum = 0;
#pragma unroll
        for (int k = 0; k < DIM; ++k) sum += double(v.x[k]) * double(v.x[k]);
        return nearest(sum * units);
    }

    // The thermostat's half steps at the end of one time step and at the start of the next; every block does the same.
    METHOD void thermostat(bool closes, bool opens) {
        if (thread_index() == 0) {
            block->growth[0] = closes && run.thermostatted ? chain_half_step(block->chain, run) : 0;
            block->growth[1] = opens && run.thermostatted ? chain_half_step(block->chain, run) : 0;
        }
        sync_block();
    }

    METHOD void remove_drift(real closing) {
        FOR_PARTICLES(slot, i) {
            Vector v = velocity(slot, i);
            for (int k = 0; k < DIM; ++k) v.x[k] += v.x[k] * closing;
            velocity(slot, i) = v;
        }
#pragma unroll
        for (int k = 0; k < DIM; ++k) {
            long long sum = 0, total;
            FOR_PARTICLES(slot, i) sum += nearest(double(velocity(slot, i).x[k]) * SUM_UNITS);
            team.combine(0, sum, total);
            const real drift = real(double(total) / (SUM_UNITS * team.number));
            FOR_PARTICLES(slot, i) velocity(slot, i).x[k] -= drift;
        }
    }

    template <class Index> METHOD unsigned advance(Cells<Index>& cells, bool ready) {
        const double units = run.kinetic_unit;
        const real half = real(0.5 * run.time_step), skin2 = real(0.25 * run.liquid.skin * run.liquid.skin);
        const int steps = run.steps;
        long long sum = 0, total;
        if (!ready) {
            if (const unsigned flags = build(cells)) return flags;
            FOR_PARTICLES(slot, i) {
                force(slot, i) = new_force(slot, i);
                sum += kinetic(velocity(slot, i), units);
            }
            team.combine(0, sum, total);
            if (thread_index() == 0) block->chain[2 * CHAIN] = total / units;
        }
        thermostat(false, steps > 0);
        int until_reset = MOMENTUM_INTERVAL - int(run.first_step % MOMENTUM_INTERVAL);
        if (until_reset == MOMENTUM_INTERVAL && run.first_step > 0) until_reset = 0;
        real advance[DIM];
        for (int k = 0; k < DIM; ++k) advance[k] = 2 * half / pairs.scale[k];
#pragma unroll 1
        for (int step = 0; step < steps; ++step, --until_reset) {
            real closing = block->growth[0];
            const real opening = block->growth[1];
            if (until_reset == 0) {
                remove_drift(closing);
                closing = 0, until_reset = MOMENTUM_INTERVAL;
            }
            unsigned flags = 0;
            FOR_PARTICLES(slot, i) flags |= move(slot, i, closing, opening, half, advance, skin2);
            flags = team.combine(flags);
            if (flags & BLEW_UP) return BLEW_UP;
            if (flags & MOVED) {
                flags = build(cells);
                if (flags) return flags;
            }
            sum = 0;
            FOR_PARTICLES(slot, i) {
                const Vector f = new_force(slot, i);
                Vector v = velocity(slot, i);
#pragma unroll
                for (int k = 0; k < DIM; ++k) v.x[k] += half * f.x[k];
                force(slot, i) = f;
                velocity(slot, i) = v;
                sum += kinetic(v, units);
            }
            team.combine(0, sum, total);
            if (thread_index() == 0) block->chain[2 * CHAIN] = total / units;
            thermostat(true, step + 1 < steps);
        }
        const real closing = block->growth[0];
        FOR_PARTICLES(slot, i) {
            Vector v = velocity(slot, i);
            for (int k = 0; k < DIM; ++k) v.x[k] += v.x[k] * closing;
            velocity(slot, i) = v;
        }
        return 0;
    }

    METHOD void observe(double* energy) {
        const Pairs pairs(run.liquid, block);  // read anew, so that its constants occupy no registers before
        FOR_PARTICLES(slot, i) {
            real sum = 0;
            for (int k = 0; k < count(slot, i); ++k) {
                const unsigned j = unsigned(list[k / 2 * team.number + i] >> (k % 2 * HALF));
                sum += pairs.energy(position[i], position[j & MASK], type[i], j >> BITS & TYPE_MASK);
            }
            energy[i] = 0.5 * double(sum);
        }
    }
};

// Advance, then write back what threads and shared memory hold.
template <bool SHARED, class Index>
INLINE void finish(Replica<SHARED>& it, Team<SHARED>& team, Cells<Index>& cells, int replica, bool ready) {
    const Run& run = it.run;
    const unsigned flags = it.advance(cells, ready);
    FOR_PARTICLES(slot, i) {
        it.velocity.save(slot, i), it.force.save(slot, i), it.count.save(slot, i);
    }
    if (run.observe && !flags) it.observe(run.energy + replica * run.liquid.number);
    if (team.leads()) {
        for (int k = 0; k < 2 * CHAIN + 1; ++k) run.chain[replica * 8 + k] = it.block->chain[k];
        run.status[replica] = flags;
        run.rebuilds[replica] += it.rebuilds;
        run.ready[replica] = 1;
    }
}

INLINE void load_chain(const Run& run, Block* block, int replica) {
    for (int k = thread_index(); k < 2 * CHAIN + 1; k += block_threads()) block->chain[k] = run.chain[replica * 8 + k];
}

// One block a replica; positions, neighbour lists and cells in shared memory, the rest in registers.
INLINE void replica_in_a_block(const Run& run, char* memory) {
    const int replica = block_index(), number = run.liquid.number, rows = run.liquid.capacity / 2;
    const long long base = (long long)replica * number;
    Block* block = (Block*)memory;
    if (thread_index() == 0) block->mailbox = {};
    load_chain(run, block, replica);
    Pairs::fill_tables(run.liquid, block);
    Team<true> team(number, 1, &block->mailbox);
    Replica<true> it(run, block, team, base);
    typedef Replica<true>::word word;
    Point *const global_position = it.position, *position = (Point*)(memory + BLOCK_BYTES);
    word *const global_list = it.list, *list = (word*)(position + number);
    int* cell_count = (int*)(list + rows * number);
    Cells<unsigned short> cells(run.liquid, cell_count, (unsigned short*)(cell_count + run.liquid.cells));
    it.position = position, it.list = list;
    const bool ready = run.ready[replica];
    FOR_PARTICLES(slot, i) {
        position[i] = global_position[i];
        it.velocity.load(slot, i), it.force.load(slot, i), it.count.load(slot, i);
    }
    if (ready)
        for (int k = team.first; k < rows * number; k += team.stride) list[k] = global_list[k];
    sync_block();
    finish(it, team, cells, replica, ready);
    sync_block();
    for (int i = team.first; i < number; i += team.stride) global_position[i] = position[i];
    for (int k = team.first; k < rows * number; k += team.stride) global_list[k] = list[k];
}

// Several blocks a replica, all of them resident at once; everything in global memory.
INLINE void replica_in_a_team(const Run& run, char* memory) {
    const int replica = block_index() / int(run.team);
    const long long base = replica * run.liquid.number, cell = replica * run.liquid.cells;
    Block* block = (Block*)memory;
    load_chain(run, block, replica);
    Pairs::fill_tables(run.liquid, block);
    Team<false> team(run.liquid.number, run.team, (Mailbox*)((long long*)run.mailbox + 16 * replica));
    Replica<false> it(run, block, team, base);
    Cells<int> cells(run.liquid, run.cell_count + cell, run.cell_member + cell * run.liquid.cell_capacity);
    const bool ready = run.ready[replica];
    team.barrier();
    finish(it, team, cells, replica, ready);
}

// ---- swap Monte Carlo

// Philox 4x32, ten rounds: Salmon et al., SC11, doi 10.1145/2063384.2063405.
INLINE void philox(unsigned* word, unsigned key0, unsigned key1) {
#pragma unroll
    for (int round = 0; round < 10; ++round, key0 += 0x9E3779B9u, key1 += 0xBB67AE85u) {
        const unsigned low0 = 0xD2511F53u * word[0], high0 = multiply_high(0xD2511F53u, word[0]);
        const unsigned low1 = 0xCD9E8D57u * word[2], high1 = multiply_high(0xCD9E8D57u, word[2]);
        word[0] = high1 ^ word[1] ^ key0, word[1] = low1;
        word[2] = high0 ^ word[3] ^ key1, word[3] = low0;
    }
}

INLINE double unit(unsigned word) { return (double(word) + 0.5) * (1.0 / 4294967296.0); }  // inside (0, 1)

// One Markov chain, worked on by one warp: attempts follow each other, as on the processor, and the lanes share the sum
// over neighbours. Every attempt is a Metropolis step with a symmetric proposal, so detailed balance needs no argument
// about moves made at once; the processor is filled by the number of chains.
template <class Index> struct Chain {
    const Chains& run;
    Block* block;
    Team<true>& team;
    const Pairs pairs;
    Point *position, *reference;
    unsigned char* type;
    Index* member;
    int *list, *count;
    int capacity, lane;
    real skin2, inverse_temperature;
    double step[DIM];  // whole numbers of a coordinate for each of the random number's 2^32

    METHOD Chain(const Chains& run, Block* block, Team<true>& team, long long base)
        : run(run), block(block), team(team), pairs(run.liquid, block), position(run.position + base),
          reference(run.reference + base), type(run.type + base), list(run.list + base * run.liquid.capacity),
          count(run.count + base), capacity(run.liquid.capacity), lane(team.first),
          skin2(real(0.25 * run.liquid.skin * run.liquid.skin)), inverse_temperature(real(1 / run.temperature)) {
        for (int k = 0; k < DIM; ++k) step[k] = run.max_displacement / 2147483648.0 / double(pairs.scale[k]);
    }

    METHOD unsigned build(Cells<int>& cells) {
        unsigned flags = cells.fill(team, position, [](int i) { return i; });
        for (int i = lane; i < team.number; i += WARP) {
            const Point own = position[i];
            int found = 0;
            cells.around(own, [&](int j) {
                Vector unused;
                if (j == i || !(pairs.separation(own, position[j], unused) < pairs.reach2[0])) return;
                if (found < capacity) list[(long long)i * capacity + found] = j;
                ++found;
            });
            if (found > capacity) flags |= LIST_FULL;
            count[i] = min(found, capacity);
            reference[i] = own;
        }
        sync_block();
        return warp_flags(flags);
    }

    METHOD bool accepts(real change, unsigned word) const {
        return change <= 0 || real(unit(word)) < exp(-change * inverse_temperature);
    }

    // Energy that particle i, as type b instead of a, gains with all its neighbours but one; this lane's share.
    METHOD real retyped(int i, int a, int b, int leave_out) const {
        const Point own = position[i];
        real sum = 0;
        for (int k = lane; k < count[i]; k += WARP) {
            const int j = list[(long long)i * capacity + k];
            Vector unused;
            const real r2 = pairs.separation(own, position[j], unused);
            const real change = pairs.energy(r2, b, type[j]) - pairs.energy(r2, a, type[j]);
            sum += j == leave_out ? real(0) : change;
        }
        return sum;
    }

    METHOD bool exchange(const unsigned* word) {
        const int* chosen = run.exchange + 2 * multiply_high(word[1], unsigned(run.exchanges));
        const int a = chosen[0], b = chosen[1];
        const int slot_i = run.first[a] + multiply_high(word[2], unsigned(run.first[a + 1] - run.first[a]));
        const int slot_j = run.first[b] + multiply_high(word[3], unsigned(run.first[b + 1] - run.first[b]));
        const int i = member[slot_i], j = member[slot_j];
        // The pair's own energy is unchanged by the exchange: leave it out of both sides.
        const bool accepted = accepts(warp_sum(retyped(i, a, b, j) + retyped(j, b, a, i)), word[7]);
        sync_warp();
        if (accepted && lane == 0) type[i] = b, type[j] = a, member[slot_i] = j, member[slot_j] = i;
        sync_warp();
        return accepted;
    }

    // Returns whether the move was accepted; `left` tells whether the particle is now beyond its skin.
    METHOD bool displace(const unsigned* word, bool& left) {
        const int i = multiply_high(word[1], unsigned(team.number));
        const Point own = position[i];
        Point next = own;
        // As likely as its opposite: the numbers run from -(2^31 - 1/2) to 2^31 - 1/2.
        for (int k = 0; k < DIM; ++k)
            next.x[k] += fraction(nearest(real((double(int(word[2 + k])) + 0.5) * step[k])));
        const int a = type[i];
        real change = 0;
        for (int k = lane; k < count[i]; k += WARP) {
            const int j = list[(long long)i * capacity + k];
            const Point other = position[j];
            change += pairs.energy(next, other, a, type[j]) - pairs.energy(own, other, a, type[j]);
        }
        const bool accepted = accepts(warp_sum(change), word[7]);
        Vector unused;
        left = accepted && pairs.separation(next, reference[i], unused) > skin2;
        sync_warp();
        if (accepted && lane == 0) position[i] = next;
        sync_warp();
        return accepted;
    }

    METHOD unsigned attempt(Cells<int>& cells, int chain) {
        long long counts[4] = {};
        const unsigned key0 = unsigned(run.seed), key1 = unsigned((unsigned long long)run.seed >> 32);
#pragma unroll 1
        for (long long begin = 0; begin < run.attempts; begin += WARP) {
            // Each lane draws the numbers of one of the attempts to come; they depend on seed, chain and attempt alone.
            const unsigned long long mine = run.first_attempt + begin + lane;
            unsigned drawn[8];
            for (unsigned half = 0; half < 2; ++half) {
                unsigned* word = drawn + 4 * half;
                word[0] = unsigned(mine), word[1] = unsigned(mine >> 32);
                word[2] = unsigned(run.name[chain]), word[3] = half;
                philox(word, key0, key1);
            }
            const int turns = int(min(run.attempts - begin, (long long)WARP));
#pragma unroll 1
            for (int turn = 0; turn < turns; ++turn) {
                unsigned word[8];
                for (int k = 0; k < 8; ++k) word[k] = warp_broadcast(drawn[k], turn);
                if (run.exchanges > 0 && unit(word[0]) < run.swap_fraction) {
                    ++counts[2];
                    counts[3] += exchange(word);
                } else {
                    bool left;
                    ++counts[0];
                    counts[1] += displace(word, left);
                    if (left)
                        if (const unsigned flags = build(cells)) return flags;
                }
            }
        }
        for (int k = 0; k < 4; ++k)
            if (lane == 0) run.counts[4 * chain + k] += counts[k];
        return 0;
    }

    METHOD double mean_energy() const {
        double sum = 0;
        for (int i = lane; i < team.number; i += WARP)
            for (int k = 0; k < count[i]; ++k) {
                const int j = list[(long long)i * capacity + k];
                sum += 0.5 * double(pairs.energy(position[i], position[j], type[i], type[j]));
            }
        return warp_sum(sum) / team.number;
    }
};

template <class Index> INLINE void run_chain(Chain<Index>& it, int chain) {
    const Chains& run = it.run;
    const long long cell = chain * run.liquid.cells;
    Cells<int> cells(run.liquid, run.cell_count + cell, run.cell_member + cell * run.liquid.cell_capacity);
    unsigned flags = run.ready[chain] ? 0 : it.build(cells);
    if (!flags) flags = it.attempt(cells, chain);
    sync_block();
    const double energy = it.mean_energy();
    if (it.lane == 0) run.status[chain] = flags, run.ready[chain] = 1, run.energy[chain] = energy;
}

// Positions, types and the lists of particles by type in shared memory.
INLINE void chain_in_shared_memory(const Chains& run, char* memory) {
    const int chain = block_index(), number = run.liquid.number;
    const long long base = (long long)chain * number;
    Block* block = (Block*)memory;
    Pairs::fill_tables(run.liquid, block);
    Team<true> team(number, 1, &block->mailbox);
    Chain<unsigned short> it(run, block, team, base);
    Point *const global_position = it.position, *position = (Point*)(memory + BLOCK_BYTES);
    unsigned short* member = (unsigned short*)(position + number);
    unsigned char *const global_type = it.type, *type = (unsigned char*)(member + number);
    it.position = position, it.member = member, it.type = type;
    for (int i = it.lane; i < number; i += WARP)
        position[i] = global_position[i], type[i] = global_type[i], member[i] = run.member[base + i];
    sync_block();
    run_chain(it, chain);
    for (int i = it.lane; i < number; i += WARP)
        global_position[i] = position[i], global_type[i] = type[i], run.member[base + i] = member[i];
}

INLINE void chain_in_global_memory(const Chains& run, char* memory) {
    const long long base = block_index() * run.liquid.number;
    Block* block = (Block*)memory;
    Pairs::fill_tables(run.liquid, block);
    Team<true> team(run.liquid.number, 1, &block->mailbox);
    Chain<int> it(run, block, team, base);
    it.member = run.member + base;
    sync_block();
    run_chain(it, block_index());
}

// ---- kernels

#if !defined(__CUDACC__) || defined(REPLICAS_SHARED)
KERNEL(replicas_shared)(const Run* run) {
    SHARED_MEMORY(memory);
    replica_in_a_block(*run, memory);
}
#endif
#if !defined(__CUDACC__) || defined(REPLICAS_TEAM)
KERNEL(replicas_team)(const Run* run) {
    SHARED_MEMORY(memory);
    replica_in_a_team(*run, memory);
}
#endif
#if !defined(__CUDACC__) || defined(CHAINS_SHARED)
KERNEL(chains_shared)(const Chains* run) {
    SHARED_MEMORY(memory);
    chain_in_shared_memory(*run, memory);
}
#endif
#if !defined(__CUDACC__) || defined(CHAINS_GLOBAL)
KERNEL(chains_global)(const Chains* run) {
    SHARED_MEMORY(memory);
    chain_in_global_memory(*run, memory);
}
#endif

#ifndef __CUDACC__
// Run `blocks` blocks, `together` of them at once, each with `threads` host threads (whole warps) and its own memory.
template <class Arguments>
static void launch(void (*kernel)(const Arguments*), const void* arguments, int blocks, int together, int threads,
                   long bytes) {
    for (int begin = 0; begin < blocks; begin += together) {
        std::vector<std::vector<Vector>> memory;
        std::vector<std::thread> crew;
        std::vector<std::unique_ptr<std::barrier<>>> barriers;
        std::vector<std::unique_ptr<Lanes>> warps;
        for (int block = begin; block < begin + together; ++block) {
            memory.emplace_back(bytes / sizeof(Vector) + 1);
            barriers.push_back(std::make_unique<std::barrier<>>(threads));
            for (int thread = 0; thread < threads; ++thread) {
                if (thread % WARP == 0) warps.push_back(std::make_unique<Lanes>());
                auto work = [=, memory = (char*)memory.back().data(), barrier = barriers.back().get(),
                             warp = warps.back().get()] {
                    here = {thread, threads, block, barrier, warp, memory};
                    kernel((const Arguments*)arguments);
                };
                if (together * threads == 1) work();
                else crew.emplace_back(work);
            }
        }
        for (std::thread& member : crew) member.join();
    }
}

#define LAUNCH(kernel, Arguments) \
    extern "C" void launch_##kernel(const void* arguments, int blocks, int together, int threads, long bytes) { \
        launch<Arguments>(kernel, arguments, blocks, together, threads, bytes); \
    }
LAUNCH(replicas_shared, Run)
LAUNCH(replicas_team, Run)
LAUNCH(chains_shared, Chains)
LAUNCH(chains_global, Chains)
extern "C" void philox_words(unsigned* word, unsigned key0, unsigned key1) { philox(word, key0, key1); }
#endif
