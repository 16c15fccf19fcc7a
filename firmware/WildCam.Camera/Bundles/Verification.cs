using WildCam.Camera.Ports;
using WildCam.Wire;

namespace WildCam.Camera
{
    /// <summary>
    /// Looks at a whole bundle once, when it is installed: its digest, a block a step so that a trigger never waits
    /// for it, and its head. Wakes trust it then, and the CRC that loading checks.
    /// </summary>
    public sealed class Verification
    {
        readonly ISlotStore _store;
        readonly SlotBook _book;
        DigestChain _chain;
        byte[] _block;
        int _at;
        int _failures;
        ushort _headRefusal;

        internal Verification(ISlotStore store, SlotBook book)
        {
            _store = store;
            _book = book;
        }

        /// <summary>Why the bundle is refused, a value of RefusalCodes; None while nothing is wrong.</summary>
        public ushort Refusal { get; set; }

        /// <summary>Whether the bundle is whole, right and fit for this board.</summary>
        public bool IsPassed { get; set; }

        /// <summary>Begins anew.</summary>
        public void Restart()
        {
            _chain = null;
            _block = null;
            _failures = 0;
            IsPassed = false;
            Refusal = RefusalCodes.None;
        }

        /// <summary>Looks at the next block; returns ms until the next step.</summary>
        public int Step()
        {
            int left = (int)_book.Offer.SizeBytes - _at;
            if (_chain == null)
            {
                _chain = new DigestChain();
                _block = new byte[Protocol.BlockBytes];
                _at = 0;
                left = (int)_book.Offer.SizeBytes;
            }

            if (left < _block.Length)
            {
                // The board's HMAC takes whole arrays, so the last block gets one of its size.
                _block = new byte[left];
            }

            if (_store.Read(_book.Idle, _at, _block, 0, _block.Length) != _block.Length)
            {
                int failures = _failures + 1;
                Restart();
                _failures = failures;
                Refusal = failures >= Limits.BundleStoreTriesMax ? RefusalCodes.Store : RefusalCodes.None;
                return Limits.StoreRetryMilliseconds;
            }

            if (_at == 0)
            {
                _headRefusal = OfferRules.HeadRefusal(_block, 0, _block.Length, _book.Offer, _book.Record);
            }

            _chain.Append(_block);
            _at += _block.Length;
            if (_at == _book.Offer.SizeBytes)
            {
                bool isRight = OfferRules.AreSame(_chain.Finish(), _book.Offer.Digest);
                Restart();
                Refusal = isRight ? _headRefusal : RefusalCodes.Tampered;
                IsPassed = Refusal == RefusalCodes.None;
            }

            return 0;
        }
    }
}
