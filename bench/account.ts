/** Of the server that answers everybody. */
export const account = { accessKey: 'AKIANABBDUSEREXAMPLE', secretKey: 'C8qnIo29EZvXkPK_MXcuAakYTy4NYrxwmCEyNPlf' }
